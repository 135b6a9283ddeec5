/*
 * The program itself: the demo store is made, and commands are run against it, with what they print and how they end. Skipped
 * where the program was not built.
 */
#include "lib/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define OUT_MAX 65536

struct call {
    const char *name, *args; /* %s stands for the demo's configuration */
    int code;
    const char *has, *has_not;
};

static const struct call CALLS[] = {
    {"version", "version", 0, "wismo ", NULL},
    {"help", "help", 0, "tracking-number", NULL},
    {"help of a command", "help decode", 0, "--connector ID", NULL},
    {"no such command", "nope", 2, "no such command", NULL},
    {"no such option", "ask --nope", 2, "no such option", NULL},
    {"knowledge wants a server", "knowledge list", 2, "expected --server URL", NULL},
    {"ask wants a store", "ask x", 2, "--config FILE and --server URL", NULL},
    {"ask", "ask --config %s 'where is my stuff? #1020 anna@example.com'", 0, "Paris", NULL},
    {"ask as JSON", "ask --config %s --json --order 1020 --email anna@example.com", 0, "\"outcome\":\"answered\"", NULL},
    {"wrong e-mail", "ask --config %s '#1020 eve@example.com'", 1, "could not find", "Paris"},
    {"several orders", "ask --config %s 'marta@example.com 53703'", 0, "#1043", NULL},
    {"case", "case --config %s '#1010'", 0, "Order #1010: stuck", "jon.placeholder"},
    {"case by tracking number", "case --config %s 1Z7W4E590300010106", 0, "Order #1010", NULL},
    {"case with personal data", "case --config %s --personal 1010", 0, "jon.placeholder@example.com", NULL},
    {"case then", "case --config %s --at 2026-11-12T12:00:00Z 1010", 0, "Order #1010: label_only", NULL},
    {"case as JSON", "case --config %s --json 1010", 0, "\"class\":\"stuck\"", NULL},
    {"no case", "case --config %s 4711", 1, "no order of that name", NULL},
    {"bad time", "case --config %s --at yesterday 1010", 2, "expected a time", NULL},
    {"doctor", "doctor --config %s", 0, "0 wrong", "FAIL"},
    {"connectors", "doctor", 0, "shopify", NULL},
    {"ledger", "ledger --config %s", 0, "appended ", NULL},
    {"undecoded", "ledger --config %s --undecoded", 0, "0 not decoded", NULL},
    {"raw", "ledger --config %s --raw 3", 0, "inventory_level", NULL},
    {"replay", "replay --config %s", 0, ": 0 differences", NULL},
    {"every message", "message preview all", 0, "== update, email, en", "{"},
    {"a text message", "message preview silent --channel sms", 0, "of GSM 03.38, ", "Subject"},
    {"a message of an order", "message preview delay --config %s --order 1010 --lang en", 0, "#1010", "W-1000001"},
    {"a message to myself, in the demo's folder", "message test delivered --config %s --to me@example.com", 0, "delivered: written to the folder", NULL},
    {"no such message", "message preview delivery", 1, "no such message", NULL},
    {"what a call says", "message preview attempt_failed --channel voice --lang de", 0, "Bestellung W 1 0 0 0 0 0 1.", "http"},
    {"no channel for it", "message test delay --config %s --channel voice --to x", 1, "no account sends by this channel", NULL},
    {"a test wants an address", "message test delay", 2, "--to ADDRESS", NULL},
    {"outbox", "outbox --config %s", 0, " sent, ", NULL},
    {"outbox of an order", "outbox --config %s --order 1010 --json", 0, "\"order\":\"#1010\"", "#1020"},
    {"no dead letters", "outbox --config %s --dead", 0, " 0 dead", NULL},
    {"nothing to send again", "outbox resend nothing --config %s", 1, "no message has the key", NULL},
    {"promises", "promises --config %s", 0, " unkept", NULL},
    {"promises as JSON", "promises --config %s --json", 0, "\"promises\":[", NULL},
    {"pause", "pause messages --config %s --why storm", 0, "\"why\":\"storm\"", NULL},
    {"pause of what", "pause everything --config %s", 1, "expected all, messages", NULL},
    {"resume", "resume messages --config %s", 0, "\"pauses\":[]", NULL},
    {"the default policy", "policy default", 0, "name: presumed-lost", NULL},
    {"it holds together", "policy check \"${WISMO_SOURCE:-.}/data/policy/default.yaml\"", 0, "every situation is decided", "error:"},
    {"and against what is connected", "policy check --config %s \"${WISMO_SOURCE:-.}/data/policy/default.yaml\"", 0, "every situation is decided", "claims is never known"},
    {"overlaps", "policy check --overlaps \"${WISMO_SOURCE:-.}/data/policy/default.yaml\"", 0, "overlap: \"sensitive\" decides before", "error:"},
    {"an empty policy", "policy check -", 1, "the file is empty", NULL},
    {"no policy", "policy check /nonexistent.yaml", 1, "cannot be opened", NULL},
    {"no such verb", "policy chek x", 2, "expected check FILE", NULL},
    {"why", "policy explain --config %s '#1010'", 0, "rule silent", "jon.placeholder"},
    {"why, when asked", "policy explain --config %s --request refund --channel chat --proof channel 1010", 0, "rule asked-something-else", NULL},
    {"why, not sure", "policy explain --config %s --request refund --channel chat --confidence 50 1010", 0, "rule unsure", NULL},
    {"why then", "policy explain --config %s --at 2026-11-12T12:00:00Z 1010", 0, "label_only", NULL},
    {"why, as JSON", "policy explain --config %s --json 1010", 0, "\"rule\":\"silent\"", NULL},
    {"no such request", "policy explain --config %s --request money 1010", 2, "there is no \"money\"", NULL},
    {"no such order", "policy explain --config %s 4711", 1, "no order of that name", NULL},
    {"a backtest", "backtest --config %s --policy \"${WISMO_SOURCE:-.}/data/policy/default.yaml\"", 0, "0 orders with other actions", "@"},
    {"a backtest of a case, as JSON", "backtest --config %s --policy \"${WISMO_SOURCE:-.}/data/policy/default.yaml\" --case 1010 --json", 0, "\"rule\":\"silent\"", NULL},
    {"a backtest of what", "backtest --config %s", 2, "--policy FILE is needed", NULL},
    {"a backtest of nothing", "backtest --config %s --policy /nonexistent.yaml", 1, "cannot be opened", NULL},
    {"a backtest backwards", "backtest --config %s --policy \"${WISMO_SOURCE:-.}/data/policy/default.yaml\" --from 2026-12-01 --to 2026-11-01", 1, "--from is after --to", NULL},
    {"the audit", "audit --config %s --all", 0, "orders came before a person", "@"},
    {"as JSON", "audit --config %s --all --json", 0, "\"causes\":[", NULL},
    {"an audit of both", "audit --config %s --all 1010", 2, "an order or --all", NULL},
    {"an audit of nothing", "audit --config %s 4711", 1, "no order of that name", NULL},
    {"the rollout", "rollout --config %s", 0, "by itself, nobody objected", NULL},
    {"a rollout of nothing", "rollout", 2, "--config FILE and --server URL", NULL},
    {"the leakage", "leakage --config %s --rto-cost 700", 0, "parcels sent back", "@"},
    {"a leakage below nothing", "leakage --config %s --rto-cost -1", 2, "--rto-cost from 0", NULL},
    {"tracking number", "tracking-number 1Z 7W4 E59 03 0001 0106", 0, "ups", NULL},
    {"no carrier", "tracking-number x", 1, "no carrier", NULL},
    {"erase asks back", "erase --config %s 1001", 2, "--yes", NULL},
    {"erase", "erase --config %s --yes 1001", 0, "personal data is gone", NULL},
    {"what was erased cannot ask", "ask --config %s '#1001 ada.demo@example.com'", 1, "could not find", NULL},
    {"nor be seen", "case --config %s --personal 1001", 0, "Order #1001", "ada.demo"},
    {"a simulated world", "simulate -n 400 -d 20", 0, "false alarms", NULL},
    {"the same world again, as JSON", "simulate -n 400 -d 20 --json", 0, "\"orders\":400,", NULL},
    {"no such world", "simulate --world /nonexistent.yaml", 1, "cannot be opened", NULL},
    {"replay after that", "replay --config %s", 0, ": 0 differences", NULL},
};

static int run(const char *program, const char *args, const char *config, char *out)
{
    char line[2048], filled[1800];
    const char *at = strstr(args, "%s");
    if (at == NULL)
        snprintf(filled, sizeof(filled), "%s", args);
    else
        snprintf(filled, sizeof(filled), "%.*s%s%s", (int)(at - args), args, config, at + 2);
    snprintf(line, sizeof(line), "%s %s 2>&1 </dev/null", program, filled);
    FILE *f = popen(line, "r");
    assert_non_null(f);
    size_t n = fread(out, 1, OUT_MAX - 1, f);
    out[n] = '\0';
    while (n > 0 && fgetc(f) != EOF) /* the rest of a long answer */
        continue;
    int status = pclose(f);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void commands(void **state)
{
    static char out[OUT_MAX];
    char dir[] = "/tmp/wismo-cli-XXXXXX", config[64], args[128], clean[64];
    const char *program = getenv("WISMO_BINARY");
    (void)state;
    if (program == NULL || access(program, X_OK) != 0) {
        print_message("skipped: WISMO_BINARY is not built\n");
        skip();
    }
    assert_non_null(mkdtemp(dir));
    snprintf(config, sizeof(config), "%s/wismo.yaml", dir);
    snprintf(args, sizeof(args), "demo --dir %s --no-serve", dir);
    assert_int_equal(run(program, args, config, out), 0);
    assert_int_equal(run(program, args, config, out), 0); /* once more: the same store */
    for (size_t i = 0; i < sizeof(CALLS) / sizeof(CALLS[0]); i++) {
        int code = run(program, CALLS[i].args, config, out);
        if (code != CALLS[i].code || strstr(out, CALLS[i].has) == NULL ||
            (CALLS[i].has_not != NULL && strstr(out, CALLS[i].has_not) != NULL))
            fail_msg("%s: exit %d: %s", CALLS[i].name, code, out);
    }
    snprintf(clean, sizeof(clean), "rm -r %s", dir);
    assert_int_equal(system(clean), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(commands)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
