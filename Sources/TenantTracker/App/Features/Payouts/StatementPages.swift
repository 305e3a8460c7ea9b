import Conversions
import Core
import Web

/// Publishers' statements: the list, one with its lines, and what is done with it.
struct StatementPages: Sendable {
  let api: StatementsAPI
  let names: NameStore
  let settings: SettingsStore
  let layout: Layout

  static let path = "/admin/payouts"
  /// Lines on one page; the export has all.
  private static let shownLines = 200

  func register(in table: inout TrackerTable) {
    table.page("/payouts", .read(.networks), "Publishers' statements, newest first") { try await list($0) }
    table.page("/payouts/{id}", .read(.networks), "A statement and its lines") { try await show($0) }
    table.page("/payouts/{id}/export", .read(.networks), "A statement as a file") { try await api.export($0) }
    table.action("/payouts/{id}/lock", .write(.networks), "Make a statement final") { call in
      try await act(call, "The statement is locked.") {
        _ = try await api.desk.lock(call.id(), by: api.desk.actor(call), of: call.place.scope)
      }
    }
    table.action("/payouts/{id}/pay", .write(.networks), "Note that a statement was paid") { call in
      let body = call.form.body(texts: ["reference"])
      return try await act(call, "The statement is marked as paid.") {
        _ = try await api.pay(FieldReader(.object(body)), by: call)
      }
    }
    table.action("/publishers/{id}/payouts", .write(.networks), "Make a publisher's statements") { try await close($0) }
  }

  private func mayWrite(_ call: TrackerCall) -> Bool { call.session.allows(.write(.networks)) }

  // The list

  private func list(_ call: TrackerCall) async throws -> Reply {
    let page = try await api.page(call)
    let publishers = try await names.live(.publishers, of: call.place.scope).choices
    let states = Statement.State.allCases.map { FormFields.Choice($0.rawValue, $0.rawValue.capitalizedFirst) }
    let filters = LogFilters(
      [
        .init(name: "publisher_id", label: "Publisher", control: .choice(publishers, none: "All")),
        .init(name: "state", label: "State", control: .choice(states, none: "All")),
      ], call)
    let isBlank = page.items.isEmpty && !filters.areSet && call.query("cursor") == nil
    let empty =
      isBlank
      ? Parts.empty(
        layout.icons(.payouts), "No statements yet",
        "When a publisher's week or month is over, what it earned becomes a statement here by itself.",
        "<a class=\"btn\" href=\"/admin/publishers\">Go to publishers</a>")
      : Parts.empty(
        layout.icons(.search), "No statement fits", "Choose another publisher or state.",
        "<a class=\"btn\" href=\"\(Self.path)\">Show all</a>")
    return layout.page(
      Layout.Frame(title: "Payouts", current: Self.path), call,
      """
      \(if: !isBlank, filters.html(action: Self.path, problem: nil, layout.icons))
      \(table(page.items, empty, next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
      """)
  }

  private func table(_ statements: [Statement], _ empty: HTML, next: String? = nil) -> HTML {
    Parts.table(
      ["Period", "Publisher", "State", .number("Payable"), .number("Carried over"), "Due", "Reference"],
      statements.map(row), caption: "Statements, newest first", empty: empty, next: next)
  }

  private func row(_ statement: Statement) -> HTML {
    let totals = statement.totals
    let money = { (amount: Micros?) in amount.map { Figures.money($0, statement.currency) } ?? Figures.none }
    return """
      <tr><th scope="row"><a href="\(Self.path)/\(statement.id)">\(statement.title)</a></th>\
      <td><a href="/admin/publishers/\(statement.publisherID)">\(statement.publisherName)</a></td>\
      <td>\(statement.badge)</td><td class="num">\(money(totals?.payable))</td>\
      <td class="num">\(money(totals?.carriedOut))</td><td>\(statement.dueDate.description)</td>\
      <td>\(Parts.text(statement.payment?.reference))</td></tr>
      """
  }

  // On the publisher's page

  func section(of publisher: Publisher, _ call: TrackerCall) async throws -> HTML {
    let found = try await api.statements.page(
      PageRequest(limit: 12), .init(publisherID: publisher.id), of: call.place.scope)
    let empty = Parts.empty(
      layout.icons(.payouts), "No statements yet", "The first one is made when the period is over.")
    let close: HTML = """
      <form class="card ty-form" method="post" action="/admin/publishers/\(publisher.id)/payouts" novalidate>\
      \(call.csrfField)<div class="card-header"><h2 class="card-title">Make a statement now</h2></div>\
      <div class="card-body">\(FormFields([:], icons: layout.icons).input(
        "to", "Up to and including", .date,
        hint: "Today ends at this moment. Left empty, statements are made of the periods that are over."))</div>\
      <div class="card-footer ty-buttons"><button class="btn">Make statement</button></div></form>
      """
    return table(found.items, empty) + (mayWrite(call) ? close : .empty)
  }

  private func close(_ call: TrackerCall) async throws -> Reply {
    let target = "/admin/publishers/\(try call.id())"
    do {
      let made = try await api.close(FieldReader(.object(call.form.body(texts: ["to"]))), by: call)
      guard let last = made.last else {
        return .redirect(to: target, flash: Flash(.success, "There is nothing to reckon up yet."))
      }
      let words = made.count == 1 ? "A statement was made." : "\(made.count) statements were made."
      return .redirect(to: made.count == 1 ? "\(Self.path)/\(last.id)" : target, flash: Flash(.success, words))
    } catch let problem as Problem where problem.isAboutTheForm {
      return .redirect(to: target, flash: Flash(.error, problem.detail ?? problem.title))
    }
  }

  // One

  private func act(_ call: TrackerCall, _ done: String, _ body: () async throws -> Void) async throws -> Reply {
    let target = "\(Self.path)/\(try call.id())"
    do {
      try await body()
      return .redirect(to: target, flash: Flash(.success, done))
    } catch let problem as Problem where problem.isAboutTheForm {
      return .redirect(to: target, flash: Flash(.error, problem.detail ?? problem.title))
    }
  }

  private func show(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let (statement, totals) = try await api.show(call.id(), of: scope)
    let lines = try await api.lines(of: statement.id, after: 0, limit: Self.shownLines, of: scope)
    let offers = try await names.names(
      .offers, Set(lines.compactMap { $0.detail["offer_id"]?.intValue }), of: scope)
    let view = StatementView(
      statement: statement, totals: totals, lines: lines, offers: offers,
      times: LocalTimes(try await settings.all(of: scope)), icons: layout.icons)
    let address = "\(Self.path)/\(statement.id)"
    let exports: HTML = """
      <a class="btn" href="\(address)/export?format=csv" download>CSV</a>\
      <a class="btn" href="\(address)/export?format=json" download>JSON</a>
      """
    return layout.page(
      Layout.Frame(
        title: "\(statement.publisherName), \(statement.title)", current: Self.path, crumbs: [("Payouts", Self.path)],
        actions: exports), call,
      "<div class=\"ty-columns\"><div>\(view.html)</div><div>\(view.facts)\(mayWrite(call) ? next(statement, call) : .empty)</div></div>"
    )
  }

  /// What can be done with it.
  private func next(_ statement: Statement, _ call: TrackerCall) -> HTML {
    let address = "\(Self.path)/\(statement.id)"
    switch statement.state {
    case .draft:
      return Parts.card(
        "Lock",
        """
        <p>Locked, the statement is final: what changes afterwards is adjusted in the next one.</p>
        <form method="post" action="\(address)/lock">\(call.csrfField)<button class="btn btn-primary" \
        data-confirm="Lock this statement? It cannot be changed afterwards." data-confirm-yes="Lock">\
        \(layout.icons(.locked))Lock statement</button></form>
        """)
    case .locked:
      return Parts.card(
        "Payment",
        """
        <form class="ty-form" method="post" action="\(address)/pay" novalidate>\(call.csrfField)\
        \(FormFields([:], icons: layout.icons).input(
          "reference", "Reference", required: true, hint: "Of the transfer.", placeholder: "SEPA 2026-11-21"))\
        <button class="btn btn-primary">\(layout.icons(.check))Mark as paid</button></form>
        """)
    case .carried, .paid: return .empty
    }
  }
}
