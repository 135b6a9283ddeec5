"""A mail server of Debian's aiosmtpd for tests: mail_server.py PORT MAILBOX [--tls CERT KEY] [--implicit] [--user USER PASSWORD]
[--answer RCPT CODE]... Runs until it is killed. --answer: what is said to that recipient instead of taking it."""
import argparse
import ssl
import time

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from aiosmtpd.smtp import AuthResult, SMTP


class Handler(Mailbox):
    answers = {}

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"


class Server(Controller):
    options = {}
    context = None

    def factory(self):
        return SMTP(self.handler, **self.options)


def main():
    p = argparse.ArgumentParser()
    p.add_argument("port", type=int)
    p.add_argument("mailbox")
    p.add_argument("--tls", nargs=2)
    p.add_argument("--implicit", action="store_true")
    p.add_argument("--user", nargs=2)
    p.add_argument("--answer", nargs=2, action="append", default=[])
    a = p.parse_args()
    Handler.answers = dict(a.answer)
    options, context = {}, None
    if a.tls:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(*a.tls)
        if not a.implicit:
            options.update(tls_context=context, require_starttls=True)
    if a.user:
        def check(server, session, envelope, mechanism, data):
            right = (data.login.decode(), data.password.decode()) == tuple(a.user)
            return AuthResult(success=right, handled=False)
        options.update(authenticator=check, auth_required=True, auth_require_tls=not a.implicit)
    Server.options = options
    server = Server(Handler(a.mailbox), hostname="127.0.0.1", port=a.port, ssl_context=context if a.implicit else None)
    server.start()
    while True:
        time.sleep(1)


main()
