"""A mail server that keeps the Message-ID of everything it has taken."""

import collections
import re
import socketserver
import threading


class MailServer:
    """SMTP, as much of it as a mailer needs, on a free port."""

    def __init__(self):
        self.taken = collections.Counter()
        self.lock = threading.Lock()
        outer = self

        class Session(socketserver.StreamRequestHandler):
            def handle(self):
                try:
                    outer.serve(self)
                except OSError:
                    pass  # The line was cut.

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 128

        self.server = Server(("127.0.0.1", 0), Session)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, session):
        def say(text):
            session.wfile.write(text.encode() + b"\r\n")
        say("220 mail.example ESMTP")
        while line := session.rfile.readline():
            word = line.split(b" ")[0].strip().upper()
            if word == b"EHLO":
                say("250-mail.example\r\n250 8BITMIME")
            elif word == b"QUIT":
                say("221 bye")
                return
            elif word == b"DATA":
                say("354 go on")
                message = []
                while (line := session.rfile.readline()) and line != b".\r\n":
                    message.append(line)
                if not line:
                    return  # Cut in the middle of a mail: it was not taken.
                found = re.search(rb"(?im)^message-id:\s*<([^@>]+)@", b"".join(message))
                with self.lock:
                    self.taken[found[1].decode()] += 1
                say("250 taken")
            else:
                say("250 well")

    def close(self):
        self.server.shutdown()
        self.server.server_close()
