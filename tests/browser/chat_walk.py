#!/usr/bin/env python3
"""The chat's widget in a real browser (Debian's chromium, headless): by keyboard alone, with a visitor, a signed user, a broken line,
right to left, on a page of another origin. chat_walk.py WISMO [FOLDER]: FOLDER gets screenshots. Skips with 77 where there is no browser."""
import base64, http.server, json, os, shutil, socket, subprocess, sys, tempfile, threading, time

WISMO = sys.argv[1]
SHOTS = sys.argv[2] if len(sys.argv) > 2 else None
CHROMIUM = shutil.which("chromium")
if CHROMIUM is None:
    print("skipped: no chromium")
    sys.exit(77)


class Browser:
    """The devtools protocol over the pipe that chromium offers: JSON messages that end with NUL."""

    def __init__(self, folder):
        up_r, up_w = os.pipe()
        down_r, down_w = os.pipe()

        r, w = os.dup(up_r), os.dup(down_w)

        def place():
            os.dup2(r, 3)
            os.dup2(w, 4)

        self.process = subprocess.Popen([CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                                         "--remote-debugging-pipe", "--user-data-dir=" + folder, "--window-size=1000,760",
                                         "--no-first-run", "about:blank"], close_fds=False, preexec_fn=place,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for fd in (up_r, down_w, r, w):
            os.close(fd)
        self.out, self.inn, self.next, self.rest, self.session = up_w, down_r, 0, b"", None
        pages = self.call("Target.getTargets")["targetInfos"]
        page = [p for p in pages if p["type"] == "page"][0]
        self.session = self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)["sessionId"]
        self.call("Page.enable")

    def call(self, method, **params):
        self.next += 1
        msg = {"id": self.next, "method": method, "params": params}
        if self.session:
            msg["sessionId"] = self.session
        os.write(self.out, json.dumps(msg).encode() + b"\0")
        while True:
            while b"\0" not in self.rest:
                part = os.read(self.inn, 65536)
                if not part:
                    raise SystemExit("the browser is gone")
                self.rest += part
            one, self.rest = self.rest.split(b"\0", 1)
            answer = json.loads(one)
            if answer.get("id") == self.next:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]

    def js(self, code):
        r = self.call("Runtime.evaluate", expression="(() => {" + code + "})()", returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in r:
            raise SystemExit(f"{code}: {r['exceptionDetails']}")
        return r["result"].get("value")

    def until(self, what, code, seconds=15):
        end = time.time() + seconds
        while time.time() < end:
            if self.js("return " + code):
                return
            time.sleep(0.05)
        raise SystemExit(f"not seen: {what}\n{self.js('return ' + ROOT + '.textContent')}")

    def go(self, url):
        self.call("Page.navigate", url=url)
        self.until("the chat's button on " + url, f"document.readyState === 'complete' && !!window.WismoChat && !!{HOST}", 20)

    def key(self, key, code, text=None):
        more = {"text": text} if text else {}
        self.call("Input.dispatchKeyEvent", type="keyDown", key=key, code=key, windowsVirtualKeyCode=code, **more)
        self.call("Input.dispatchKeyEvent", type="keyUp", key=key, code=key, windowsVirtualKeyCode=code)

    def type(self, text):
        self.call("Input.insertText", text=text)
        self.key("Enter", 13, "\r")

    def shot(self, name):
        if SHOTS:
            data = self.call("Page.captureScreenshot", format="png")["data"]
            open(os.path.join(SHOTS, name + ".png"), "wb").write(base64.b64decode(data))


HOST = "[...document.body.children].find(e => e.shadowRoot)"
ROOT = f"{HOST}.shadowRoot"
LINES = f"[...{ROOT}.querySelectorAll('.line')]"
FOCUS = f"{ROOT}.activeElement"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def said(b, who, part, what):
    b.until(what, f"{LINES}.some(l => l.classList.contains('{who}') && l.querySelector('.text').textContent.includes({json.dumps(part)}))")


class Line(threading.Thread):
    """Between browser and server: its connections can be cut, as a line that breaks."""

    def __init__(self, to):
        super().__init__(daemon=True)
        self.to, self.socks, self.listener = to, [], socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

    def run(self):
        while True:
            a, _ = self.listener.accept()
            z = socket.create_connection(("127.0.0.1", self.to))
            self.socks += [a, z]
            for x, y in ((a, z), (z, a)):
                threading.Thread(target=self.pump, args=(x, y), daemon=True).start()

    def pump(self, x, y):
        try:
            while data := x.recv(65536):
                y.sendall(data)
        except OSError:
            pass
        for s in (x, y):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def cut(self):
        for s in self.socks:
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.socks = []


def visitor(b, url):
    b.go(url)
    b.key("Tab", 9)
    for _ in range(12):
        if b.js(f"return document.activeElement === {HOST}"):
            break
        b.key("Tab", 9)
    assert b.js(f"return {FOCUS}.className") == "launch", "the button is reached by keyboard"
    b.key("Enter", 13, "\r")
    b.until("the box has the focus", f"{FOCUS} && {FOCUS}.tagName === 'TEXTAREA'")
    assert b.js(f"return {ROOT}.querySelector('.log').getAttribute('aria-live')") == "polite"
    assert b.js(f"return {ROOT}.querySelector('[role=dialog]').getAttribute('aria-labelledby')") == "title"
    b.type("hey wheres my stuff")
    said(b, "wismo", "Which order", "the question back")
    b.type("#1007 gia.demo@example.com")
    said(b, "wismo", "#1007", "the answer")
    b.shot("visitor")
    b.key("Escape", 27)
    assert b.js(f"return {ROOT}.querySelector('.panel').hidden") and b.js(f"return {FOCUS}.className") == "launch", "Escape closes"


def resumes(b, line, url):
    """The line breaks while an answer is made: each line is there once."""
    b.go(url)
    b.until("what was said before", f"{LINES}.length === 4")
    b.js("WismoChat.open()")
    line.cut()
    b.type("will it be here before Friday?")
    b.until("an answer behind the cut", f"{LINES}.length >= 6")
    time.sleep(1.5)
    assert b.js(f"return {LINES}.length") == 6, b.js(f"return {LINES}.map(l => l.textContent)")


def signed(b, url):
    b.js("WismoChat.forget()")
    b.go(url + "?as=hana.demo%40example.com")
    b.js("WismoChat.open()")
    b.type("where is my order?")
    said(b, "wismo", "#1008", "known by the shop's word")
    b.shot("signed")
    b.type("I want to talk to a human")
    said(b, "wismo", "person", "a person")


def choices(b, url):
    b.go(url + "?as=ada.demo%40example.com")
    b.js("WismoChat.open()")
    b.type("I want to cancel my order or change the address")
    b.until("choices as buttons", f"{ROOT}.querySelectorAll('.choices button').length >= 2")
    assert b.js(f"return {ROOT}.querySelector('.choices').getAttribute('role')") == "group"
    b.shot("choices")
    n = b.js(f"return {LINES}.length")
    b.js(f"{ROOT}.querySelector('.choices button').click()")
    b.until("an answer to the choice", f"{LINES}.length >= {n} + 2")


def rtl_and_text(b, url):
    b.go(url)
    b.js("WismoChat.forget(); const s = document.querySelector('script'); delete window.WismoChat; " + HOST + ".remove();"
         "const n = document.createElement('script'); n.src = s.src; n.dataset.merchant = 'demo'; n.dataset.lang = 'ar'; document.body.append(n)")
    b.until("the chat in Arabic", f"!!window.WismoChat && !!{HOST}")
    b.js("WismoChat.open()")
    assert b.js(f"return getComputedStyle({ROOT}.querySelector('.panel')).direction") == "rtl"
    b.type("أين طلبي؟ <img src=x onerror=\"document.title='hacked'\">")
    b.until("an answer", f"{LINES}.length >= 2")
    assert b.js(f"return {ROOT}.querySelectorAll('img').length") == 0 and b.js("return document.title") != "hacked"
    b.shot("arabic")


class OtherShop(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = (f'<!doctype html><title>x</title><body><script src="{self.server.wismo}/chat/widget.js" data-merchant="demo"></script>').encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def other_origin(b, wismo, port):
    b.call("Page.navigate", url=f"http://localhost:{port}/")
    b.until("the widget", f"!!window.WismoChat && !!{HOST}")
    b.js("WismoChat.open()")
    b.until("the browser lets this page read nothing", f"!{ROOT}.querySelector('.state').hidden")
    assert b.js(f"return {LINES}.length") == 0


def main():
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        server = subprocess.Popen([WISMO, "demo", "--dir", folder + "/demo", "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        browser = None
        try:
            for _ in range(600):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.1)
            line = Line(port)
            line.start()
            shop = http.server.ThreadingHTTPServer(("127.0.0.1", 0), OtherShop)
            shop.wismo = f"http://127.0.0.1:{port}"
            threading.Thread(target=shop.serve_forever, daemon=True).start()
            url = f"http://127.0.0.1:{line.port}/demo/shop"
            browser = Browser(folder + "/browser")
            for name, step in (("visitor", lambda b: visitor(b, url)), ("resumes", lambda b: resumes(b, line, url)), ("signed", lambda b: signed(b, url)),
                               ("choices", lambda b: choices(b, url)), ("right to left", lambda b: rtl_and_text(b, url)),
                               ("another origin", lambda b: other_origin(b, shop.wismo, shop.server_port))):
                step(browser)
                print("ok:", name, flush=True)
        finally:
            if browser:
                browser.process.terminate()
                browser.process.wait()
            server.terminate()
            server.wait()


main()
