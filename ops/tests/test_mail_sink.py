"""ops/mail-sink with Python's own SMTP client: what is sent becomes a file, and the port is kept over a restart."""

import pathlib
import smtplib
import subprocess
import tempfile
import time
import unittest

OPS = pathlib.Path(__file__).resolve().parent.parent


class MailSink(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = pathlib.Path(scratch.name)

    def start(self):
        """A running sink and a client that is connected to it."""
        sink = subprocess.Popen([OPS / "mail-sink", self.folder])
        self.addCleanup(sink.wait)
        self.addCleanup(sink.terminate)
        deadline = time.monotonic() + 10
        while True:
            try:
                client = smtplib.SMTP("127.0.0.1", int((self.folder / "port").read_text()), timeout=10)
                self.addCleanup(client.close)
                return sink, client
            except (OSError, ValueError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def test_every_message_becomes_a_file(self):
        _, client = self.start()
        for number in range(3):
            message = f"Subject: {number}\r\n\r\n.a dot\r\nü\r\n".encode()
            client.sendmail("from@example.com", ["to@example.com"], message)
        files = sorted(self.folder.glob("*.eml"))
        self.assertEqual(len(files), 3)
        self.assertIn("X-Envelope-To: to@example.com", files[0].read_text())
        self.assertIn("\n.a dot\n", files[0].read_text())

    def test_commands_out_of_order_are_refused(self):
        _, client = self.start()
        client.ehlo()
        self.assertEqual(client.docmd("DATA")[0], 503)
        self.assertEqual(client.docmd("RCPT TO:<x@example.com>")[0], 503)
        self.assertEqual(client.docmd("AUTH")[0], 502)

    def test_the_port_is_kept(self):
        sink, client = self.start()
        port = (self.folder / "port").read_text()
        client.quit()
        sink.terminate()
        self.assertEqual(sink.wait(timeout=10), 0)
        self.start()
        self.assertEqual((self.folder / "port").read_text(), port)


if __name__ == "__main__":
    unittest.main()
