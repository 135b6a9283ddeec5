/*
 * The web chat's account: settings alone. Its messages come through the chat's own addresses (server/api_chat.c), and its answers
 * are read from the conversation; nobody is called.
 */
#include "connectors/connector.h"

static const struct cfg_field CFG[] = {
    {"webhook_secrets", false, true, "signs the users of your shop, for whom the chat then vouches; 32 bytes or more"},
    {"origins", false, false, "pages that may hold the chat, divided by blanks: https://shop.example.com; those of this server always may"},
    {"address_header", false, false, "header in which your proxy writes the customer's address (the last one in it counts), such as X-Forwarded-For"},
    {NULL, false, false, NULL},
};

const struct connector connector_web_chat = {
    .id = "web_chat",
    .title = "Web chat",
    .docs_url = "docs/channels.md",
    .api_version = "1",
    .role = ROLE_SYSTEM,
    .auth = AUTH_NONE,
    .limits = {.body_max = (size_t)16 << 10, .source = "our own"},
    .cfg = CFG,
    .face = true,
};
