import Core
import Licensing
import Web

/// The blacklist: who is on it and why, and how to put more there.
struct BlacklistPages: Sendable {
  let api: BlacklistAPI
  let layout: Layout

  static let path = "/admin/blacklist"
  /// Forms hold the lines percent-encoded.
  private static let formLimit = 3 * BlacklistAPI.bodyLimit

  func register(in table: inout TrackerTable) {
    table.page("/blacklist", .read(.settings), "The blacklist, newest entries first") { try await list($0) }
    table.page("/blacklist/new", .write(.settings), "Forms for new blacklist entries") { call in
      newPage(FormFields([:], icons: layout.icons), FormFields([:], icons: layout.icons), call, status: 200)
    }
    table.action("/blacklist", .write(.settings), "Put an address or range on the blacklist") { try await add($0) }
    table.action("/blacklist/bulk", .write(.settings), "Put many on the blacklist", bodyLimit: Self.formLimit) {
      try await addAll($0)
    }
    table.action("/blacklist/{id}/delete", .write(.settings), "Take an entry off the blacklist") { call in
      let entry = try await api.remove(by: call)
      return .redirect(to: Self.path, flash: Flash(.success, "\(entry.range) was taken off the blacklist."))
    }
    table.action("/blacklist/settings", .write(.settings), "Change the settings of the blacklist") {
      try await change($0)
    }
  }

  private func mayWrite(_ call: TrackerCall) -> Bool { call.session.allows(.write(.settings)) }

  // The list

  private func list(_ call: TrackerCall, _ problem: Problem? = nil, hours: JSONValue? = nil) async throws -> Reply {
    let page = try await api.page(call)
    let times = LocalTimes(try await api.settings.all(of: call.place.scope))
    let filters = LogFilters(
      [
        .init(name: "q", label: "Address, range or reason", control: .text(placeholder: "203.0.113.7")),
        .init(
          name: "origin", label: "Put there",
          control: .choice([.init("manual", "By hand"), .init("automatic", "By the fraud score")], none: "Either way")),
      ], call)
    let add: HTML = "<a class=\"btn btn-primary\" href=\"\(Self.path)/new\">\(layout.icons(.add))Add entries</a>"
    let actions: HTML = mayWrite(call) ? add : .empty
    let isBlank = page.items.isEmpty && !filters.areSet && call.query("cursor") == nil
    let count: HTML =
      "<p class=\"text-secondary\">\(Figures.count(page.total ?? 0)) \(page.total == 1 ? "entry" : "entries")</p>"
    return layout.page(
      Layout.Frame(title: "Blacklist", current: Self.path, actions: isBlank ? .empty : actions), call,
      status: problem?.status ?? 200,
      """
      \(if: !isBlank, filters.html(action: Self.path, problem: nil, layout.icons) + count)
      \(Parts.table(
        ["Address or range", "Put there", "Reason", "Added", "Until", .actions],
        page.items.map { row($0, times, call) }, caption: "Blacklist, newest first",
        empty: isBlank ? noneYet(actions) : nothingFound,
        next: page.nextCursor.map { call.address(of: Self.path, after: $0) }))
      \(try await automatic(problem, hours, call))
      """)
  }

  private func row(_ entry: BlacklistEntry, _ times: LocalTimes, _ call: TrackerCall) -> HTML {
    let remove: HTML = """
      <form method="post" action="\(Self.path)/\(entry.id)/delete">\(call.csrfField)<button class="btn btn-icon ty-quiet" \
      aria-label="Take \(entry.range) off" data-confirm="Take \(entry.range) off the blacklist?" \
      data-confirm-yes="Take off">\(layout.icons(.delete))</button></form>
      """
    let origin = entry.origin == .manual ? Parts.badge("By hand", .plain) : Parts.badge("By score", .warn)
    return """
      <tr><th scope="row"><code>\(entry.range)</code></th><td>\(origin)</td><td>\(Parts.text(entry.reason))</td>\
      <td>\(times(entry.createdAt))</td><td>\(entry.expiresAt.map { times($0) } ?? "Stays")</td>\
      <td class="ty-end">\(if: mayWrite(call), remove)</td></tr>
      """
  }

  private func noneYet(_ actions: HTML) -> HTML {
    Parts.empty(
      layout.icons(.blacklist), "Nobody is on the blacklist",
      "Campaigns with the bot filter on send visitors from these addresses and ranges elsewhere.", actions)
  }

  private var nothingFound: HTML {
    Parts.empty(
      layout.icons(.search), "Nothing found", "No entry covers this address, or has this in its reason.",
      "<a class=\"btn\" href=\"\(Self.path)\">Show all</a>")
  }

  // What goes there by itself

  private func automatic(_ problem: Problem?, _ hours: JSONValue?, _ call: TrackerCall) async throws -> HTML {
    let feature = Feature.antiFraud
    guard call.session.entitlements.includes(feature) else {
      return Parts.note(
        .info,
        """
        <p>The fraud score, which puts addresses here by itself, is part of \(feature.title): the \(feature.plan.title) \
        plan has it. Known bots and entries made by hand are stopped in every plan.</p>
        """, layout.icons)
    }
    let settings = try await BlacklistSettings.load(of: call.place.scope)
    let fields = FormFields(
      ["auto_hours": hours ?? .int(settings.automaticHours)], problem: problem, icons: layout.icons)
    let isAnonymous = try await api.settings.all(of: call.place.scope).anonymizesAddresses
    let none: HTML = Parts.note(
      .info, "<p>IP addresses are anonymized, so none is put here by itself: it must not be kept.</p>", layout.icons)
    let save: HTML = """
      <div class="card-footer ty-buttons"><button class="btn btn-primary">Save</button></div>
      """
    return """
      <form class="card ty-form" method="post" action="\(Self.path)/settings" novalidate>\(call.csrfField)\
      <div class="card-header"><h2 class="card-title">By the fraud score</h2></div><div class="card-body">\
      \(fields.summary)\(if: isAnonymous, none)<fieldset\(attribute: "disabled", when: !mayWrite(call))>\(fields.input(
        "auto_hours", "Hours an address stays", .number,
        hint: "A click that scores 80 or more puts its address here. 0 puts none."))</fieldset></div>\
      \(if: mayWrite(call), save)</form>
      """
  }

  private func change(_ call: TrackerCall) async throws -> Reply {
    let values = call.form.body(numbers: ["auto_hours"])
    do {
      guard call.session.entitlements.includes(.antiFraud) else {
        throw Problem.notLicensed(.antiFraud)
      }
      _ = try await api.change(FieldReader(.object(values)), by: call)
      return .redirect(to: Self.path, flash: Flash(.success, "The blacklist's settings were saved."))
    } catch let problem as Problem where problem.isAboutTheForm {
      return try await list(call, problem, hours: values["auto_hours"])
    }
  }
}
