import Core
import Licensing
import Web

/// The licence: what the plan gives, how many seats are taken, the key.
struct LicensePages: Sendable {
  let api: TenantLicenseAPI
  let settings: SettingsStore
  let layout: Layout

  private static let path = "/admin/license"

  func register(in table: inout TrackerTable) {
    table.page("/license", .read(.settings), "Plan, features, seats and key") { try await page($0, nil) }
    table.action("/license/activate", .write(.settings), "Activate a licence key") { try await activate($0) }
    table.action("/license/refresh", .write(.settings), "Ask the licence server now") { try await refresh($0) }
    table.action("/license/deactivate", .write(.settings), "Give the licence back") { try await deactivate($0) }
  }

  private func page(_ call: TrackerCall, _ problem: Problem?) async throws -> Reply {
    let scope = call.place.scope
    let standing = try await api.keeper.standing(of: scope)
    let record = try await api.keeper.record(of: scope)
    let view = LicenseView(
      standing: standing, keyEnding: record.keyLastFour, users: try await api.keeper.seats.users.count(in: scope),
      times: LocalTimes(try await settings.all(of: scope)), icons: layout.icons)
    let mayWrite = call.session.allows(.write(.settings))
    return layout.page(
      Layout.Frame(
        title: "Licence", current: Self.path, actions: mayWrite ? actions(record.keyLastFour, call) : .empty),
      call, status: problem?.status ?? 200,
      """
      \(view.warnings)<div class="ty-columns ty-turned">\
      <div>\(view.summary)\(if: mayWrite, form(record.keyLastFour, problem, call))</div>\
      <div>\(view.features)</div></div>
      """)
  }

  private func actions(_ keyEnding: String?, _ call: TrackerCall) -> HTML {
    guard keyEnding != nil else { return .empty }
    return """
      <form method="post" action="\(Self.path)/refresh">\(call.csrfField)<button class="btn">\
      \(layout.icons(.refresh))Refresh now</button></form>\
      <form method="post" action="\(Self.path)/deactivate">\(call.csrfField)<button class="btn ty-danger" \
      data-confirm="Give the licence back? Starter features only, until a key is activated again." \
      data-confirm-yes="Deactivate">Deactivate</button></form>
      """
  }

  private func form(_ keyEnding: String?, _ problem: Problem?, _ call: TrackerCall) -> HTML {
    let fields = FormFields([:], problem: problem, icons: layout.icons)
    return """
      <form class="card ty-form" method="post" action="\(Self.path)/activate" novalidate>\(call.csrfField)\
      <div class="card-header"><h2 class="card-title">\(keyEnding == nil ? "Activate a licence" : "Use another key")</h2>\
      </div><div class="card-body">\(fields.summary)\(fields.input(
        "license_key", "Licence key", required: true, hint: "From your customer portal.",
        placeholder: "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx"))</div>
      <div class="card-footer ty-buttons"><button class="btn btn-primary">Activate</button></div></form>
      """
  }

  private func activate(_ call: TrackerCall) async throws -> Reply {
    try await act(call) {
      let key = (call.form["license_key"] ?? "").trimmed
      guard (1...100).contains(key.count) else { throw Problem.invalid("license_key", "required", "is required") }
      let standing = try await api.activate(key, by: call)
      return "The \(standing.entitlements.planTitle) plan is active."
    }
  }

  private func refresh(_ call: TrackerCall) async throws -> Reply {
    try await act(call) {
      let standing = try await api.keeper.refresh(call.place.scope)
      return "The licence server says: \(standing.status.replacing("_", with: " "))."
    }
  }

  private func deactivate(_ call: TrackerCall) async throws -> Reply {
    try await act(call) {
      _ = try await api.deactivate(by: call)
      return "The licence was given back."
    }
  }

  /// A refusal, or a licence server that is not reached, comes back with the page.
  private func act(_ call: TrackerCall, _ work: () async throws -> String) async throws -> Reply {
    do {
      return .redirect(to: Self.path, flash: Flash(.success, try await work()))
    } catch let problem as Problem where problem.isAboutTheForm || [429, 503].contains(problem.status) {
      return try await page(call, problem)
    }
  }
}
