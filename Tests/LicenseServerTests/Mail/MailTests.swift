import Core
import Database
import Foundation
import Jobs
import Security
import Synchronization
import TestSupport
import Testing
import Web

@testable import LicenseServer

@Suite struct MailTests {
  private let brand = MailBrand(portalURL: "https://license.example.com")

  @Test func everyTemplateIsWrittenFromWhatTheQueueKeeps() throws {
    #expect(Set(MailCatalog.templates.map { $0.kind }).count == MailCatalog.templates.count)
    for type in MailCatalog.templates {
      let sample = type.sample
      let stored = try JSONValue.parse(JSONEncoder().encode(sample))
      let template = try #require(try MailCatalog.decode(type.kind, stored), "\(type.kind)")
      let (before, after) = (sample.content(brand), template.content(brand))
      #expect(after.subject == before.subject && after.paragraphs == before.paragraphs, "\(type.kind)")
      #expect(!after.subject.isEmpty && !after.subject.contains("\n") && !after.paragraphs.isEmpty, "\(type.kind)")
      #expect(!type.purpose.isEmpty)
    }
    #expect(try MailCatalog.decode("nobody_knows_it", [:]) == nil)
  }

  @Test func textAndPageSayTheSameAndNothingIsMarkup() {
    let content = MailContent(
      subject: "A <b>subject</b>", paragraphs: ["One & two."], facts: [("Total", "<79>")],
      button: .page("Open", "/portal"), note: "A note.")
    var shown = brand
    shown.productName = "<Shop>"
    shown.showsPoweredBy = true
    let mail = MailLayout(content: content, brand: shown, address: "https://license.example.com/portal")
    for part in ["One & two.", "Total: <79>", "Open:\nhttps://license.example.com/portal", "A note.", "Powered by"] {
      #expect(mail.text.contains(part), "\(part)")
    }
    let html = mail.html.text
    #expect(html.contains("One &amp; two.") && html.contains("&lt;79&gt;") && html.contains("&lt;Shop&gt;"))
    #expect(html.contains("href=\"https://license.example.com/portal\"") && !html.contains("<b>subject"))
  }

  /// Runs the jobs with a mail server that answers so.
  private func sendMails(_ server: RunningServer, _ outcome: MailError?) async throws {
    let room = MailRoom(
      database: server.plane.database,
      deliver: { _ in if let outcome { throw outcome } }, sender: Mailbox(EmailAddress("a@example.com")!),
      publicURL: "https://license.example.com", clock: server.clock)
    let runner = JobRunner(
      queue: server.plane.mail.queue, database: server.plane.database, handlers: room.handlers, logger: .silent)
    _ = try await runner.runDue()
  }

  private func outbox(_ server: RunningServer, _ query: String = "") async throws -> [JSONValue] {
    try await server.vendor().get("/api/mails?template=order_received\(query)").json["items"]?.arrayValue ?? []
  }

  @Test func whatTheMailServerRefusesForNowIsTriedAgainAndThenSent() async throws {
    try await withServer { server in
      _ = try await server.order("one@example.com")
      #expect(try await outbox(server).map { $0["state"] } == ["queued"])
      try await sendMails(server, .temporary("451 later"))
      let waiting = try #require(try await outbox(server, "&state=queued").first)
      #expect(waiting["problem"] == "451 later" && waiting["attempts"] == 1)
      server.clock.advance(by: .seconds(11))
      try await sendMails(server, nil)
      let sent = try #require(try await outbox(server, "&state=sent").first)
      #expect(sent["attempts"] == 2 && sent["problem"] == .null)
      #expect(sent["subject"]?.stringValue?.hasPrefix("Your Trackily order: invoice") == true)
      try await sendMails(server, nil)
      #expect(try await outbox(server).first?["attempts"] == 2, "sent once")
    }
  }

  @Test func whatIsRefusedForGoodFailsWithItsReasonAndCanBeSentAgain() async throws {
    try await withServer { server in
      _ = try await server.order("one@example.com")
      try await sendMails(server, .permanent("550 no such user"))
      let failed = try #require(try await outbox(server, "&state=failed").first)
      #expect(failed["problem"] == "550 no such user")
      let vendor = try await server.vendor()
      let path = "/api/mails/\(failed["id"]?.stringValue ?? "")"
      #expect(try await vendor.post("\(path)/resend", json: [:]).json["state"] == "queued")
      #expect(try await vendor.post("\(path)/resend", json: [:]).status == 409)
      try await sendMails(server, nil)
      #expect(try await vendor.get(path).json["state"] == "sent")
      #expect(try await vendor.get("/api/mails/\(UUIDv7(at: server.clock.now()))").status == 404)
      #expect(try await vendor.get("/api/mails/7").status == 404)
    }
  }

  @Test func aSignInMailIsQueuedOnceAndNeverForStrangers() async throws {
    try await withServer { server in
      for _ in 1...3 { _ = try await server.visitor.post("/portal/login", form: [("email", "stranger@example.com")]) }
      let query = "SELECT count(*) FROM license.mails WHERE template = 'sign_in'"
      let count: Int? = try await server.plane.database.scalar("\(unescaped: query)")
      #expect(count == 1)
      try await server.doJobs()
      #expect(server.mails(to: "stranger@example.com").isEmpty)
      let left: Int? = try await server.plane.database.scalar("\(unescaped: query)")
      #expect(left == 0, "nothing is kept of an address that nobody has")
    }
  }

  @Test func staffSeeTheOutboxAndEveryTemplate() async throws {
    try await withServer { server in
      _ = try await server.order("one@example.com")
      let browser = try await server.staffBrowser()
      let outbox = try await browser.get("/admin/mail")
      #expect(outbox.status == 200 && outbox.text.contains("one@example.com"))
      let list = try await browser.get("/admin/mail/templates")
      for template in MailCatalog.templates {
        #expect(list.text.contains("/admin/mail/templates/\(template.kind)\""), "\(template.kind)")
        #expect(try await browser.get("/admin/mail/templates/\(template.kind)").status == 200, "\(template.kind)")
        let preview = try await browser.get("/admin/mail/templates/\(template.kind)/html")
        #expect(preview.status == 200 && preview.header("Content-Security-Policy")?.hasPrefix("sandbox;") == true)
      }
      #expect(try await browser.get("/admin/mail/templates/nothing").status == 404)
    }
  }
}
