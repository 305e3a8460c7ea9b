import Core
import Foundation
import TestSupport
import Testing

@testable import Security

@Suite struct MailerTests {
  private func mailer(_ sink: MailSink, timeout: Duration = .seconds(10)) throws -> Mailer {
    Mailer(
      server: try #require(MailServer(sink.url)), clock: TestClock(), heloName: "tracker.example.com", timeout: timeout)
  }

  private func message(
    subject: String = "Welcome", name: String? = nil, text: String = "Hello", html: String? = nil
  ) throws -> MailMessage {
    MailMessage(
      from: try #require(Mailbox("Trackily <no-reply@example.com>")),
      to: [Mailbox(name: name, try #require(EmailAddress("buyer@example.org")))], subject: subject, text: text,
      html: html)
  }

  @Test func handsAMessageOver() async throws {
    let sink = try MailSink()
    let link = "https://license.example.com/portal/sign-in?token=tly_mail_\(String(repeating: "x", count: 120))&a=b"
    try await mailer(sink).send(try message(text: "Sign in:\n\(link)\n"))
    let delivery = try #require(sink.deliveries.first)
    #expect(delivery.helo == "tracker.example.com")
    #expect(delivery.from.hasPrefix("<no-reply@example.com>") && delivery.to == ["<buyer@example.org>"])
    #expect(delivery.header("Date") == "Sat, 21 Nov 2026 10:00:00 +0000")
    #expect(delivery.header("From") == "\"Trackily\" <no-reply@example.com>")
    #expect(delivery.header("To") == "buyer@example.org" && delivery.header("Subject") == "Welcome")
    #expect(delivery.header("Message-ID")?.hasSuffix("@example.com>") == true)
    #expect(delivery.lines.contains(link))
  }

  @Test func textAndHTMLAreAlternatives() async throws {
    let sink = try MailSink()
    try await mailer(sink).send(try message(text: "Grüße", html: "<p>Grüße</p>"))
    let delivery = try #require(sink.deliveries.first)
    let type = try #require(delivery.header("Content-Type"))
    let boundary = try #require(type.split(separator: "\"").last)
    #expect(type.hasPrefix("multipart/alternative"))
    let parts = delivery.text.components(separatedBy: "--\(boundary)")
    #expect(parts.count == 4 && parts[3].hasPrefix("--"))
    #expect(parts[1].contains("text/plain; charset=utf-8") && parts[1].contains("Gr=C3=BC=C3=9Fe"))
    #expect(parts[2].contains("text/html; charset=utf-8") && parts[2].contains("<p>Gr=C3=BC=C3=9Fe</p>"))
  }

  @Test func linesThatBeginWithADotArriveWhole() async throws {
    let sink = try MailSink()
    try await mailer(sink).send(try message(text: ".\n..\n.hidden\nend"))
    let lines = try #require(sink.deliveries.first).lines
    #expect(lines.suffix(4).map { $0 } == [".", "..", ".hidden", "end"] || lines.contains(".hidden"))
    #expect(lines.contains(".") && lines.contains("..") && lines.contains("end"))
  }

  @Test(arguments: [
    ("Betreff: Grüße", "Maria Müller"), ("Long " + String(repeating: "ünïcode ", count: 30), "O'Brien, \"Jim\" <x>"),
    ("=?utf-8?B?fake?=", "Plain Name"),
  ])
  func headersAreEncoded(subject: String, name: String) async throws {
    let sink = try MailSink()
    try await mailer(sink).send(try message(subject: subject, name: name))
    let delivery = try #require(sink.deliveries.first)
    #expect(
      delivery.lines.prefix { !$0.isEmpty }.allSatisfy { $0.utf8.count <= 100 && $0.utf8.allSatisfy { $0 < 0x80 } })
    #expect(decodedWords(try #require(delivery.header("Subject"))) == subject)
    let to = decodedWords(try #require(delivery.header("To")))
    #expect(to == "\(name) <buyer@example.org>" || to == "\"\(name)\" <buyer@example.org>")
  }

  private func decodedWords(_ header: String) -> String {
    var bytes: [UInt8] = []
    for word in header.split(separator: " ") {
      if word.hasPrefix("=?utf-8?B?"), word.hasSuffix("?="),
        let data = Data(base64Encoded: String(word.dropFirst(10).dropLast(2)))
      {
        bytes += Array(data)
      } else {
        if !bytes.isEmpty { bytes.append(0x20) }
        bytes += Array(word.utf8)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func lineEndsInHeadersAreRefused() async throws {
    let sink = try MailSink()
    let mailer = try mailer(sink)
    await #expect(throws: MailError.invalid("line end in the subject")) {
      try await mailer.send(try message(subject: "Hi\r\nBcc: everyone@example.com"))
    }
    await #expect(throws: MailError.invalid("line end in a name")) {
      try await mailer.send(try message(name: "A\nB"))
    }
    #expect(sink.deliveries.isEmpty)
    #expect(EmailAddress("a@b.c\r\nRCPT TO:<x@y.z>") == nil)
  }

  @Test(arguments: [("RCPT", "450 4.2.0 greylisted"), (".", "451 try again"), ("CONNECT", "421 too busy")])
  func aReplyOfFourHundredIsTemporary(command: String, reply: String) async throws {
    let sink = try MailSink([command: reply])
    let error = await #expect(throws: MailError.self) { try await mailer(sink).send(try message()) }
    guard case .temporary? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: [("RCPT", "550 5.1.1 no such user"), (".", "554 spam"), ("MAIL", "553 not you")])
  func aReplyOfFiveHundredIsPermanent(command: String, reply: String) async throws {
    let sink = try MailSink([command: reply])
    await #expect(throws: MailError.permanent(reply)) { try await mailer(sink).send(try message()) }
  }

  @Test func aHangingServerIsTemporary() async throws {
    let server = try LocalServer { $0.awaitHangUp() }
    let mailer = Mailer(
      server: try #require(MailServer("smtp://127.0.0.1:\(server.port)")), timeout: .milliseconds(300))
    await #expect(throws: MailError.temporary("timed out")) { try await mailer.send(try message()) }
  }

  @Test func credentialsAreSentOverTheLoopbackOnly() async throws {
    let sink = try MailSink(extensions: ["AUTH PLAIN"])
    let server = try #require(MailServer("smtp://user%40x:p%3Aw@127.0.0.1:\(sink.port)"))
    try await Mailer(server: server).send(try message())
    let credentials = try #require(sink.deliveries.first).credentials
    #expect(Data(base64Encoded: credentials) == Data("\0user@x\0p:w".utf8))
    #expect(!server.mustUseTLS)
    #expect(MailServer("smtp://user:pw@mail.example.com")?.mustUseTLS == true)
    #expect(MailServer("smtp://mail.example.com")?.mustUseTLS == false)
  }

  @Test func refusedCredentialsArePermanent() async throws {
    let sink = try MailSink(["AUTH": "535 5.7.8 wrong"], extensions: ["AUTH PLAIN"])
    let server = try #require(MailServer("smtp://user:pw@127.0.0.1:\(sink.port)"))
    await #expect(throws: MailError.permanent("535 5.7.8 wrong")) {
      try await Mailer(server: server).send(try message())
    }
  }
}

@Suite struct MailServerTests {
  @Test func readsTheURL() throws {
    let plain = try #require(MailServer("smtp://mail.example.com"))
    #expect(plain.host == "mail.example.com" && plain.port == 587 && plain.user == nil && !plain.isImplicitTLS)
    let full = try #require(MailServer("SMTPS://me%40x.org:p%40ss@Mail.Example.com:2465/"))
    #expect(full.host == "mail.example.com" && full.port == 2_465 && full.user == "me@x.org" && full.isImplicitTLS)
    #expect(full.password == "p@ss" && !"\(full)".contains("p@ss"))
    #expect(MailServer("smtp://[::1]:25")?.host == "[::1]")
    #expect(MailServer("smtps://h")?.port == 465)
  }

  @Test(arguments: [
    "", "mail.example.com", "http://mail.example.com", "smtp://", "smtp://a b", "smtp://h:0", "smtp://h:99999",
    "smtp://h:port", "smtp://u%0D%0Ax:p@h", "smtp://:p@h", "smtp://a@b@c", "smtp://[::1",
  ])
  func refusesOtherText(url: String) { #expect(MailServer(url) == nil) }

  @Test func readsTheSender() throws {
    #expect(Mailbox("Trackily <no-reply@example.com>")?.name == "Trackily")
    #expect(Mailbox("\"Track, ily\" <a@example.com>")?.name == "Track, ily")
    #expect(Mailbox("a@example.com")?.name == nil)
    #expect(Mailbox("nobody") == nil)
    #expect(Mailbox("A\r\nB <a@example.com>") == nil)
  }

  @Test(arguments: [
    "", "plain", "tab\tand space ", "ä", String(repeating: "ü", count: 100), "a=b", "line\nline\r\nline",
  ])
  func bodiesSurviveTheirEncoding(text: String) throws {
    let part = MIMEText.part(text + "é", type: "text/plain")
    let body = try #require(part.components(separatedBy: "\r\n\r\n").dropFirst().first)
    #expect(body.components(separatedBy: "\r\n").allSatisfy { $0.utf8.count <= 76 })
    let joined = Array(body.components(separatedBy: "=\r\n").joined().utf8)
    var bytes: [UInt8] = []
    var index = 0
    while index < joined.count {
      if joined[index] == 0x3D,
        let byte = UInt8(String(decoding: joined[index + 1...index + 2], as: UTF8.self), radix: 16)
      {
        bytes.append(byte)
        index += 3
      } else {
        bytes.append(joined[index])
        index += 1
      }
    }
    let expected = (text + "é").split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).joined(
      separator: "\r\n")
    #expect(String(decoding: bytes, as: UTF8.self) == expected + "\r\n")
  }
}
