-- wrk script: posts the signed webhooks of the file named by WISMO_WEBHOOKS, each once, then from the start again.
local sigs, bodies, i = {}, {}, 0
local part = 0
function setup(thread)
   thread:set("part", part)
   part = part + 1
end
function init(args)
   for line in io.lines(os.getenv("WISMO_WEBHOOKS")) do
      local tab = line:find("\t")
      sigs[#sigs + 1] = line:sub(1, tab - 1)
      bodies[#bodies + 1] = line:sub(tab + 1)
   end
   i = math.floor((part or 0) * #sigs / 2)
end
function request()
   i = i % #sigs + 1
   return wrk.format("POST", "/hooks/generic/bench", {["Content-Type"] = "application/json", ["X-Wismo-Signature"] = sigs[i]}, bodies[i])
end
local bad = 0
function response(status)
   if status >= 300 then bad = bad + 1 end
end
function done(summary, latency)
   io.write(string.format("RESULT %.0f %.2f %.2f %d\n", summary.requests / summary.duration * 1000000,
      latency:percentile(50) / 1000, latency:percentile(99) / 1000, summary.errors.status + summary.errors.timeout))
end
