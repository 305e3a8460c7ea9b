import Core
import Database
import HTTPTypes
import Web

/// The staff's pages on e-mails: the outbox, and what each template looks like.
struct MailPages: Sendable {
  let database: ConnectionPool
  let mail: MailJobs
  let layout: Layout
  /// Without a trailing slash.
  let publicURL: String
  let clock: any WallClock

  static let path = "/admin/mail"

  private var brand: MailBrand { MailBrand(portalURL: publicURL) }

  func register(in table: inout StaffTable) {
    table.page("/mail", .read(.settings), "The outbox", handler: outbox)
    table.action("/mail/{id}/resend", .write(.settings), "Sends an e-mail (again)") { call in
      _ = try await MailAPI(database: database, mail: mail, clock: clock).resend(call)
      return .redirect(to: Self.path, flash: Flash(.success, "The e-mail is queued."))
    }
    table.page("/mail/templates", .read(.settings), "E-mail templates") { templates($0) }
    table.page("/mail/templates/{kind}", .read(.settings), "One template with sample data") { try template($0) }
    table.page("/mail/templates/{kind}/html", .read(.settings), "A template's HTML, for the preview") { call in
      let layout = try sample(call)
      // It styles itself in place, as mail programs want it; it may do nothing else.
      var reply = Reply.html(layout.html).with(
        header: .contentSecurityPolicy,
        "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src 'self' https: data:; frame-ancestors 'self'")
      reply.fields[.cacheControl] = "no-store"
      return reply
    }
  }

  @Sendable private func outbox(_ call: StaffCall) async throws -> Reply {
    let request = try call.outboxRequest
    let page = try await MailStore(database).list(request)
    let mayResend = call.session.allows(.write(.settings))
    let rows = page.items.map { mail -> HTML in
      let again =
        mayResend && mail.state != .queued
        ? PageParts.button("Send again", post: "\(Self.path)/\(mail.id)/resend", call.csrfField, style: "btn btn-sm")
        : .empty
      return """
        <tr><td>\(mail.recipient)</td><td>\(mail.subject.isEmpty ? mail.template : mail.subject)</td>\
        <td>\(PageParts.status(mail.state.rawValue))</td><td class="num">\(mail.attempts)</td>\
        <td>\(mail.problem ?? "")</td><td>\(PageParts.time(mail.createdAt))</td><td>\(again)</td></tr>
        """
    }
    let state = request.filters["state"] ?? ""
    let search = request.q ?? ""
    let filters = [("", "All"), ("queued", "Queued"), ("sent", "Sent"), ("failed", "Failed")]
    let tabs = filters.map { filter -> HTML in
      """
      <a class="btn btn-sm" href="\(Self.path)?state=\(filter.0)"\(if: filter.0 == state, " aria-current=\"true\"")>\
      \(filter.1)</a>
      """
    }
    return layout.staffPage(
      Layout.Frame(
        title: "E-mails", current: Self.path,
        actions: "<a class=\"btn\" href=\"\(Self.path)/templates\">Templates</a>"),
      call,
      """
      \(PageParts.search("Address or subject", search, icon: layout.icons("search")))
      <p class="ty-actions" role="group" aria-label="State">\(tabs.joined(separator: " "))</p>
      \(PageParts.table(
        "E-mails", ["To", "Subject", "State", "#Attempts", "Problem", "Since", ""], rows,
        empty: search.isEmpty && state.isEmpty ? "No e-mail has been written yet." : "No e-mail fits.",
        next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
      """)
  }

  private func templates(_ call: StaffCall) -> Reply {
    let rows = MailCatalog.templates.map { template -> HTML in
      """
      <tr><td><a href="\(Self.path)/templates/\(template.kind)">\(template.sample.content(brand).subject)</a></td>\
      <td>\(template.purpose)</td><td><code>\(template.kind)</code></td></tr>
      """
    }
    return layout.staffPage(
      Layout.Frame(title: "E-mail templates", current: Self.path), call,
      PageParts.table("E-mail templates", ["Subject", "When it is sent", "Name"], rows, empty: "There is none."))
  }

  private func template(_ call: StaffCall) throws -> Reply {
    let mail = try sample(call)
    let kind = call.parameter("kind")
    return layout.staffPage(
      Layout.Frame(title: mail.content.subject, current: Self.path), call,
      """
      \(PageParts.facts([
        ("When it is sent", "\(MailCatalog.template(kind)?.purpose ?? "")"),
        ("From", "\(mail.brand.senderName ?? mail.brand.productName)"), ("Name", "<code>\(kind)</code>"),
      ]))
      \(PageParts.card("As HTML", """
        <iframe class="w-100" height="480" title="The e-mail as HTML" sandbox="" \
        src="\(Self.path)/templates/\(kind)/html"></iframe>
        """))
      \(PageParts.card("As text", "<pre class=\"ty-json\" tabindex=\"0\">\(mail.text)</pre>"))
      """)
  }

  private func sample(_ call: StaffCall) throws -> MailLayout {
    guard let template = MailCatalog.template(call.parameter("kind")) else {
      throw Problem.notFound("template")
    }
    let content = template.sample.content(brand)
    return MailLayout(
      content: content, brand: brand, address: content.button.map { _ in "\(publicURL)/portal/sample" })
  }
}
