import Core
import Web

/// The log of postbacks out: what sources were told, what they answered, and what was given up.
struct DeliveryPages: Sendable {
  let api: DeliveriesAPI
  let names: NameStore
  let layout: Layout

  static let path = "/admin/deliveries"

  func register(in table: inout TrackerTable) {
    table.page("/deliveries", .read(.sources), "Postbacks out, newest first") { try await log($0) }
    table.page("/deliveries/{id}", .read(.sources), "A postback out and its answer") { try await show($0) }
    table.action("/deliveries/{id}/retry", .write(.sources), "Send a postback again") { call in
      let delivery = try await api.retry(by: call)
      return .redirect(
        to: "\(Self.path)/\(delivery.id)", flash: Flash(.success, "It is sent again, with the same event id."))
    }
    table.action("/deliveries/retry", .write(.sources), "Send dead postbacks again") { try await retryAll($0) }
  }

  private func mayWrite(_ call: TrackerCall) -> Bool { call.session.allows(.write(.sources)) }

  // The log

  private func log(_ call: TrackerCall) async throws -> Reply {
    let scope = call.place.scope
    let filters = try await filters(call)
    do {
      let request = try call.page
      let filter = try api.filter(request)
      let page = try await api.page(request, filter, of: scope)
      let times = LocalTimes(try await api.settings.all(of: scope))
      let sources = try await names.names(.sources, Set(page.items.map(\.sourceID)), of: scope)
      let dead = try await api.store.undelivered(filter, limit: 1, of: scope)
      let content = Parts.table(
        ["Time", "Source", "Target", "Status", "State", .number("Attempts"), "Answer", .actions],
        page.items.map { row($0, sources, times, call) }, caption: "Postbacks out, newest first",
        empty: filters.areSet ? nothingFound : noneYet,
        next: page.nextCursor.map { call.address(of: Self.path, after: $0) })
      return reply(
        filters.html(action: Self.path, problem: nil, layout.icons) + content, call,
        actions: dead.isEmpty || !mayWrite(call) ? .empty : retryButton(filters, call))
    } catch let problem as Problem where problem.isAboutTheForm {
      return reply(filters.html(action: Self.path, problem: problem, layout.icons), call, status: problem.status)
    }
  }

  private func reply(_ content: HTML, _ call: TrackerCall, status: Int = 200, actions: HTML = .empty) -> Reply {
    layout.page(
      Layout.Frame(title: "Outgoing postbacks", current: Self.path, actions: actions), call, status: status, content)
  }

  private func filters(_ call: TrackerCall) async throws -> LogFilters {
    let scope = call.place.scope
    let hosts = try await api.store.hosts(of: scope).map { FormFields.Choice($0, $0) }
    return LogFilters(
      [
        .init(
          name: "state", label: "State",
          control: .choice(
            Delivery.State.allCases.map { FormFields.Choice($0.rawValue, DeliveryView.title($0)) }, none: "All")),
        .init(
          name: "source_id", label: "Source",
          control: .choice(try await names.live(.sources, of: scope).choices, none: "All")),
        .init(name: "host", label: "Target", control: .choice(hosts, none: "All")),
        .init(name: "q", label: "Click, conversion or event id", control: .text(placeholder: "")),
      ], call)
  }

  private func row(_ delivery: Delivery, _ sources: [Int64: String], _ times: LocalTimes, _ call: TrackerCall) -> HTML {
    let address = "\(Self.path)/\(delivery.id)"
    let retry: HTML = """
      <form method="post" action="\(address)/retry">\(call.csrfField)<button class="btn btn-sm">\
      \(layout.icons(.refresh))Retry<span class="visually-hidden"> \(delivery.message.host)</span></button></form>
      """
    let isDead = delivery.state == .dead && mayWrite(call)
    return """
      <tr><th scope="row"><a href="\(href: address)">\(times(delivery.createdAt))</a></th>\
      <td>\(sources[delivery.sourceID] ?? "#\(delivery.sourceID)")</td><td>\(delivery.message.host)</td>\
      <td>\(Parts.status(delivery.status))</td><td>\(DeliveryView.badge(delivery.state))</td>\
      <td class="num">\(Figures.count(delivery.attempts))</td>\
      <td class="ty-truncate">\(Parts.text(DeliveryView.answer(delivery)))</td>\
      <td class="ty-end">\(if: isDead, retry)</td></tr>
      """
  }

  private var noneYet: HTML {
    Parts.empty(
      layout.icons(.deliveries), "Nothing was sent yet",
      "When a conversion comes in, its click's source is told at the postback URL that the source has here.",
      "<a class=\"btn\" href=\"/admin/sources\">Go to traffic sources</a>")
  }

  private var nothingFound: HTML {
    Parts.empty(
      layout.icons(.search), "No postback fits", "Take a filter away.",
      "<a class=\"btn\" href=\"\(href: Self.path)\">Show all</a>")
  }

  // Again

  private func retryButton(_ filters: LogFilters, _ call: TrackerCall) -> HTML {
    let fields = ["source_id", "host", "q"].compactMap { name -> HTML? in
      guard let value = filters.values[name], !value.isEmpty else { return nil }
      return "<input type=\"hidden\" name=\"\(name)\" value=\"\(value)\">"
    }
    return """
      <form method="post" action="\(Self.path)/retry">\(call.csrfField)\(fields)<button class="btn" \
      data-confirm="Send again what was given up and fits the filters?" data-confirm-yes="Send again">\
      \(layout.icons(.refresh))Retry dead letters</button></form>
      """
  }

  private func retryAll(_ call: TrackerCall) async throws -> Reply {
    var filters: [String: String] = [:]
    for name in ["source_id", "host"] { filters[name] = call.form[name].flatMap { $0.isEmpty ? nil : $0 } }
    let query = call.form["q"].flatMap { $0.isEmpty ? nil : $0 }
    let filter = try api.filter(PageRequest(q: query, filters: filters))
    let (count, isMore) = try await api.retry(filter, by: call)
    let more = isMore ? " There are more: do it again for them." : ""
    let text = count == 1 ? "One postback is sent again." : "\(Figures.count(count)) postbacks are sent again."
    return .redirect(
      to: PageAddress(Self.path, filters.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }).description,
      flash: Flash(.success, text + more))
  }

  // One

  private func show(_ call: TrackerCall) async throws -> Reply {
    let delivery = try await api.find(call)
    let scope = call.place.scope
    let times = LocalTimes(try await api.settings.all(of: scope))
    let sources = try await names.names(.sources, [delivery.sourceID], of: scope)
    let retry: HTML = """
      <form method="post" action="\(href: "\(Self.path)/\(delivery.id)/retry")">\(call.csrfField)\
      <button class="btn btn-primary">\(layout.icons(.refresh))\
      \(delivery.state == .delivered ? "Send again" : "Retry")</button></form>
      """
    let view = DeliveryView(
      delivery: delivery, sourceName: sources[delivery.sourceID] ?? "#\(delivery.sourceID)", times: times,
      icons: layout.icons)
    return layout.page(
      Layout.Frame(
        title: "Outgoing postback", current: Self.path, crumbs: [("Outgoing postbacks", Self.path)],
        actions: mayWrite(call) ? retry : .empty), call, view.html)
  }
}
