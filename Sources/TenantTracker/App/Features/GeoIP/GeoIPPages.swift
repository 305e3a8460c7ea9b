import Core
import Geo
import HTTPTypes
import Web

/// The databases behind country, city and provider: how they stand, where they come from, and what they say.
struct GeoIPPages: Sendable {
  let api: GeoIPAPI
  let settings: SettingsStore
  let layout: Layout

  static let path = "/admin/settings/geoip"

  func register(in table: inout TrackerTable) {
    table.page("/settings/geoip", .read(.settings), "GeoIP databases") { try await page($0, [:], nil) }
    table.page("/settings/geoip/download", .read(.settings), "Progress of the GeoIP download, a part of its page") {
      call in
      .html(view.progress(api.keeper.progress)).with(header: .cacheControl, "no-store")
    }
    table.action("/settings/geoip", .write(.settings), "Set the MaxMind account") { try await change($0) }
    table.action("/settings/geoip/download", .write(.settings), "Download every GeoIP database") { call in
      try await act(call, [:]) {
        _ = try await api.download(by: call)
        return nil
      }
    }
  }

  private var view: GeoIPView { GeoIPView(icons: layout.icons, now: api.clock.now()) }

  private func page(_ call: TrackerCall, _ values: JSONObject, _ problem: Problem?) async throws -> Reply {
    let account = try await api.account(call)
    let isOpen = api.isKeeper(call) && call.session.allows(.write(.settings))
    var shown = values
    if shown["account_id"] == nil { shown["account_id"] = JSONValue(account.accountID) }
    let fields = FormFields(shown, problem: problem, icons: layout.icons)
    let times = LocalTimes(try await settings.all(of: call.place.scope))
    let isRunning = api.keeper.progress.state == .running
    return layout.page(
      Layout.Frame(
        title: "GeoIP", current: "/admin/settings", crumbs: [("Settings", "/admin/settings")],
        actions: isOpen ? downloadButton(call, isReady: account.sealedKey != nil && !isRunning) : .empty), call,
      status: problem?.status ?? 200,
      """
      \(view.progress(api.keeper.progress))\(view.databases(api.keeper.library.status(), times))
      <div class="ty-columns ty-even"><div>\(isOpen ? form(fields, account, call) : view.notYours)</div>\
      <div>\(view.test(call.query("ip"), api: api))</div></div>
      """)
  }

  private func downloadButton(_ call: TrackerCall, isReady: Bool) -> HTML {
    """
    <form method="post" action="\(Self.path)/download">\(call.csrfField)<button class="btn btn-primary"\
    \(attribute: "disabled", when: !isReady)>\(layout.icons(.refresh))Download all</button></form>
    """
  }

  private func form(_ fields: FormFields, _ account: GeoIPAccount, _ call: TrackerCall) -> HTML {
    let ending = account.keyEnding.map { " that ends in \($0)" } ?? ""
    let isStored = account.sealedKey != nil
    let remove: HTML = """
      <button class="btn ty-danger" name="remove_key" value="true" data-confirm="Remove the key?" \
      data-confirm-yes="Remove">Remove the key</button>
      """
    return """
      <form class="card ty-form" method="post" action="\(Self.path)" novalidate>\(call.csrfField)\
      <div class="card-header"><h2 class="card-title">MaxMind account</h2></div><div class="card-body">\
      \(fields.summary)\(fields.input(
        "license_key", "Licence key", .password, hint: isStored
          ? "A key\(ending) is stored; leave this empty to keep it." : "A free GeoLite2 account at maxmind.com has one."))
      \(fields.input(
        "account_id", "Account ID", .number, hint: "Optional; MaxMind's newer download address asks for it."))
      </div><div class="card-footer ty-buttons"><button class="btn btn-primary">Save</button>\
      \(if: isStored, remove)</div></form>
      """
  }

  private func change(_ call: TrackerCall) async throws -> Reply {
    var values = call.form.body(texts: ["license_key"], numbers: ["account_id"])
    if call.form["remove_key"] != nil {
      values = ["license_key": .null]
    } else if values["license_key"]?.isNull ?? true {
      values = ["account_id": values["account_id"] ?? .null]
    }
    return try await act(call, values) { [values] in
      try await api.change(FieldReader(.object(values)), by: call)
      return "The account was saved."
    }
  }

  /// Does it and shows the page again; what is wrong comes back with it.
  private func act(_ call: TrackerCall, _ values: JSONObject, _ work: () async throws -> String?) async throws -> Reply
  {
    do {
      let message = try await work()
      return .redirect(to: Self.path, flash: message.map { Flash(.success, $0) })
    } catch let problem as Problem where problem.isAboutTheForm {
      return try await page(call, values, problem)
    }
  }
}
