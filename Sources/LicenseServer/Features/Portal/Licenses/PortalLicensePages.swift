import Billing
import Core
import Database
import HTTPTypes
import Licensing
import Security
import Web

/// One licence as its owner sees it: the key, the trackers that run on it, how to install one.
struct PortalLicensePages: Sendable {
  let database: ConnectionPool
  let licenses: LicenseRegister
  let box: SecretBox
  let layout: Layout
  let clock: any WallClock

  static let path = "/portal/licenses"

  func register(in table: inout PortalTable) {
    table.page("/licenses/{id}", .portalRead(.licences), "One licence") { call in
      try await page(call, try await own(call), revealed: nil)
    }
    table.action("/licenses/{id}/reveal", .portalWrite(.licences), "Shows a licence's key in full", handler: reveal)
    table.action("/licenses/{id}/rotate-key", .portalWrite(.licences), "Gives a licence a new key", handler: rotate)
    table.action(
      "/licenses/{id}/instances/{instance}/deactivate", .portalWrite(.licences), "Frees an instance's slot",
      handler: deactivate)
  }

  /// 404 for a licence of somebody else.
  private func own(_ call: PortalCall) async throws -> License {
    try await LicenseStore(database).own(call)
  }

  @Sendable private func reveal(_ call: PortalCall) async throws -> Reply {
    let license = try await own(call)
    let now = clock.now()
    if let detour = call.confirmation(for: "\(Self.path)/\(license.id)", at: now) { return detour }
    guard let sealed = try await LicenseStore(database).sealedKey(of: license.id) else {
      throw Problem.notFound("licence")
    }
    let key = LicenseKey(text: try box.openText(sealed, for: LicenseKey.sealingContext(license: license.id)))
    try await database.transaction { connection in
      try await AuditStore(connection).append(
        AuditEntry(action: "license.reveal_key", subject: LicenseRegister.subject(license.id)), by: call.actor, at: now)
    }
    return try await page(call, license, revealed: Revealed(key: key))
  }

  @Sendable private func rotate(_ call: PortalCall) async throws -> Reply {
    let license = try await own(call)
    if let detour = call.confirmation(for: "\(Self.path)/\(license.id)", at: clock.now()) { return detour }
    guard let overlap = KeyOverlap(rawValue: call.form["overlap"] ?? "") else {
      throw Problem.invalid("overlap", "choice", "must be none, day, week or month")
    }
    let (issued, formerUntil) = try await licenses.rotateKey(license.id, overlap: overlap.duration, by: call.actor)
    return try await page(call, issued.license, revealed: Revealed(key: issued.key, formerUntil: formerUntil))
  }

  @Sendable private func deactivate(_ call: PortalCall) async throws -> Reply {
    let license = try await own(call)
    _ = try await licenses.act(.deactivate, on: call.id("instance"), of: license.id, by: call.actor)
    return .redirect(
      to: "\(Self.path)/\(license.id)", flash: Flash(.success, "The instance is deactivated; its place is free."))
  }

  /// A key that is shown in full on this page only.
  private struct Revealed {
    let key: LicenseKey
    /// Of a key that was just rotated: how long the one before works on.
    var formerUntil: Timestamp?
  }

  private func page(_ call: PortalCall, _ license: License, revealed: Revealed?) async throws -> Reply {
    let now = clock.now()
    let instances = try await InstanceStore(database).all(of: [license.id])
    let features = license.entitlements.features.map { Feature(rawValue: $0)?.title ?? $0 }.joined(separator: ", ")
    let plan: HTML = "<a class=\"btn\" href=\"\(Self.path)/\(license.id)/plan\">Plan and renewal</a>"
    let reply = layout.portalPage(
      Layout.Frame(
        title: "\(license.plan.name) licence", current: PortalPages.path,
        actions: call.session.allows(.portalRead(.billing)) ? plan : .empty),
      call,
      """
      \(PageParts.facts([
        ("Status", PageParts.status(license.status(at: now).rawValue)),
        ("Expires", PageParts.time(license.expiresAt, never: "never")),
        ("Users", "\(license.entitlements.userLimit.map(String.init) ?? "unlimited")"),
        ("Instances", "\(license.activeInstances) of \(license.maxInstances)"),
        ("Features", "\(features.isEmpty ? "those of every plan" : features)"),
      ]))
      \(keyCard(call, license, revealed))\(installCard(call, revealed))
      <h2 class="ty-heading">Instances</h2>\(instanceTable(call, license, instances))
      \(if: call.session.allows(.portalWrite(.licences)), OfflineActivationForm.card(
        action: "\(Self.path)/\(license.id)/offline-lease", call.csrfField))
      """)
    return revealed == nil ? reply : reply.with(header: .cacheControl, "no-store")
  }

  private func keyCard(_ call: PortalCall, _ license: License, _ revealed: Revealed?) -> HTML {
    let path = "\(Self.path)/\(license.id)"
    let former = revealed?.formerUntil.map { until -> HTML in
      "<p>Put it into your trackers. The former key works until \(PageParts.time(until)).</p>"
    }
    if let revealed {
      return PageParts.card(
        "Licence key",
        "\(former)\(PortalParts.copyable("Licence key", revealed.key.text, id: "license-key-\(license.id)"))")
    }
    let options = KeyOverlap.allCases.map { (value: $0.rawValue, title: $0.title) }
    let acts: HTML = """
      \(PageParts.button("Show the key", post: "\(path)/reveal", call.csrfField, style: "btn btn-primary"))
      <details class="ty-details"><summary>Make a new key</summary>
      <form method="post" action="\(path)/rotate-key">\(call.csrfField)
      \(PageParts.select("overlap", "The present key keeps working for", options, selected: KeyOverlap.week.rawValue))
      <button class="btn" data-confirm="Make a new key? Trackers need it before the key of now ends.">\
      Make a new key</button></form></details>
      """
    return PageParts.card(
      "Licence key",
      """
      <p><code>\(LicenseKey.masked(lastFour: license.keyLastFour))</code></p>\
      \(if: call.session.allows(.portalWrite(.licences)) && license.standing != .revoked, acts)
      """)
  }

  private func installCard(_ call: PortalCall, _ revealed: Revealed?) -> HTML {
    let command = InstallScript.command(
      publicURL: call.place.publicURL, key: revealed?.key.text ?? "YOUR-LICENCE-KEY")
    let hint = revealed == nil ? "Show the key above to have it written into the command." : nil
    return PageParts.card(
      "Install a tracker",
      """
      <p>On a server with Debian or Ubuntu, as root. <a href="/install.sh">Read the script</a> before you run it, or \
      <a href="/portal/downloads">download the files</a>.</p>
      \(PortalParts.copyable("Install command", command, id: "install-command", hint: hint))
      """)
  }

  private func instanceTable(_ call: PortalCall, _ license: License, _ instances: [Instance]) -> HTML {
    let rows = instances.filter { $0.state != .deactivated }.map { instance -> HTML in
      let path = "\(Self.path)/\(license.id)/instances/\(instance.id)/deactivate"
      let act =
        instance.state == .active && call.session.allows(.portalWrite(.licences))
        ? PageParts.button(
          "Deactivate", post: path, call.csrfField, confirm: "Deactivate \(instance.hostname)? It falls to Starter.")
        : .empty
      return """
        <tr><td>\(instance.hostname)</td><td>\(instance.version)</td><td>\(PageParts.status(instance.state.rawValue))</td>\
        <td class="num">\(instance.usage.users.map(String.init) ?? "–")</td>\
        <td>\(PageParts.time(instance.lastSeenAt))</td><td>\(act)</td></tr>
        """
    }
    return PageParts.table(
      "Instances of the \(license.plan.name) licence", ["Host", "Version", "State", "#Users", "Last seen", "Act"], rows,
      empty: "No tracker runs on this licence yet.")
  }
}

/// How long a key works on after another has taken its place.
enum KeyOverlap: String, CaseIterable, Sendable {
  case none, day, week, month

  var duration: Duration {
    switch self {
    case .none: .zero
    case .day: .days(1)
    case .week: .days(7)
    case .month: .days(30)
    }
  }

  var title: String {
    switch self {
    case .none: "no time: it ends at once"
    case .day: "one day"
    case .week: "seven days"
    case .month: "thirty days"
    }
  }
}

extension LicenseStore {
  /// The licence in a call's path; 404 for one of another customer.
  func own(_ call: PortalCall) async throws -> License {
    guard let license = try await find(call.id()), license.customerID == (try call.session.customer) else {
      throw Problem.notFound("licence")
    }
    return license
  }
}
