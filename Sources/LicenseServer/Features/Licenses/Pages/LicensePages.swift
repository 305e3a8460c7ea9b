import Billing
import Core
import Database
import HTTPTypes
import Licensing
import Web

/// One licence as staff see it: what it gives, who uses it, what happened to it, and what can be done with it.
struct LicensePages: Sendable {
  let database: ConnectionPool
  let licenses: LicenseRegister
  let layout: Layout
  let clock: any WallClock

  static let path = "/admin/licenses"
  /// How much of each list the page shows; the rest has a page of its own.
  private static let shown = 25

  func register(in table: inout StaffTable) {
    table.page("/licenses/{id}", .read(.licences), "One licence") { call in
      try await page(call, id: call.id(), key: nil)
    }
    table.page("/licenses/{id}/history", .read(.licences), "What happened to a licence", handler: historyPage)
    table.action("/licenses/{id}/rotate-key", .write(.licences), "Gives a new key", handler: rotateKey)
    table.action("/licenses/{id}/allowances", .write(.licences), "Changes what a licence allows", handler: change)
    table.action("/licenses/{id}/notes", .write(.licences), "Writes a note", handler: addNote)
    table.action("/licenses/{id}/notes/{note}/remove", .write(.licences), "Removes a note") { call in
      let id = try call.id()
      try await licenses.removeNote(call.id("note"), of: id, by: call.actor)
      return back(to: id, "The note is removed.")
    }
    table.action("/licenses/{id}/tags", .write(.licences), "Tags a licence", handler: addTag)
    table.action("/licenses/{id}/tags/{tag}/remove", .write(.licences), "Takes a tag off") { call in
      guard let tag = LicenseTag(call.parameter("tag")) else { throw Problem.notFound("tag") }
      return back(to: try await licenses.untag(call.id(), tag, by: call.actor).id, "The tag is off.")
    }
    registerActs(in: &table)
  }

  private func registerActs(in table: inout StaffTable) {
    table.action("/licenses/{id}/suspend", .write(.licences), "Suspends a licence") { call in
      back(to: try await licenses.suspend(call.id(), by: call.actor).id, "The licence is suspended.")
    }
    table.action("/licenses/{id}/reinstate", .write(.licences), "Ends a suspension") { call in
      back(to: try await licenses.reinstate(call.id(), by: call.actor).id, "The licence is active again.")
    }
    table.action("/licenses/{id}/revoke", .write(.licences), "Revokes a licence for good") { call in
      back(to: try await licenses.revoke(call.id(), by: call.actor).id, "The licence is revoked.")
    }
    table.action("/licenses/{id}/renew", .write(.licences), "Renews a licence by a year") { call in
      let license = try await licenses.renew(call.id(), until: nil, period: .year, by: call.actor)
      return back(to: license.id, "The licence is renewed by a year.")
    }
    for act in InstanceAct.allCases {
      table.action("/licenses/{id}/instances/{instance}/\(act.rawValue)", .write(.licences), act.summary) { call in
        let instance = try await licenses.act(
          act, on: call.id("instance"), of: call.id(), releasesOfflineLease: true, by: call.actor)
        return back(to: instance.licenseID, "The instance is \(instance.state.rawValue) now.")
      }
    }
  }

  private func back(to id: Int64, _ message: String, _ kind: Flash.Kind = .success) -> Reply {
    .redirect(to: "\(Self.path)/\(id)", flash: Flash(kind, message))
  }

  /// - Parameter key: shown in full, right after it was made.
  func page(_ call: StaffCall, id: Int64, key: LicenseKey?, problem: Problem? = nil) async throws -> Reply {
    let now = clock.now()
    guard let license = try await LicenseStore(database).find(id) else { throw Problem.notFound("licence") }
    let view = LicenseView(license: license, call: call, now: now)
    let few = PageRequest(limit: Self.shown)
    let instances = try await InstanceStore(database).list(of: id, few, at: now)
    let alarms = try await CloneAlarmStore(database).list(
      PageRequest(limit: Self.shown, filters: ["license_id": "\(id)", "open": "true"]))
    let notes = try await LicenseNoteStore(database).list(of: id, few)
    let events = try await LicenseHistory(database).list(of: id, few)
    let transfers = try await InstanceStore(database).transferCount(of: id, since: now - SlotDecision.holdTime)
    var reply = layout.staffPage(
      Layout.Frame(
        title: "\(license.plan.name) licence of \(license.customerEmail)", current: Self.path,
        actions: view.mayWrite ? view.acts : .empty),
      call,
      """
      \(PageParts.faults(problem))\(key.map(view.shown))\(view.alarms(alarms.items))\(view.facts(transfers: transfers))
      <h2 class="ty-heading">Instances</h2>\(view.instances(instances))
      \(if: view.mayWrite && license.standing != .revoked, view.forms)
      <h2 class="ty-heading">Notes</h2>\(view.notes(notes.items))
      <h2 class="ty-heading">History</h2>\(view.history(events, next: "\(Self.path)/\(id)/history"))
      """)
    reply.status = problem?.status ?? 200
    return key == nil ? reply : reply.with(header: .cacheControl, "no-store")
  }

  @Sendable private func historyPage(_ call: StaffCall) async throws -> Reply {
    let (id, request) = (try call.id(), try call.listRequest)
    guard let license = try await LicenseStore(database).find(id) else { throw Problem.notFound("licence") }
    let events = try await LicenseHistory(database).list(of: id, request)
    let back: HTML = "<a class=\"btn\" href=\"\(Self.path)/\(id)\">Back to the licence</a>"
    return layout.staffPage(
      Layout.Frame(title: "History of licence \(id)", current: Self.path, actions: back), call,
      LicenseView(license: license, call: call, now: clock.now())
        .history(events, next: "\(Self.path)/\(id)/history"))
  }

  @Sendable private func rotateKey(_ call: StaffCall) async throws -> Reply {
    guard let overlap = KeyOverlap(rawValue: call.form["overlap"] ?? "") else {
      throw Problem.invalid("overlap", "choice", "must be none, day, week or month")
    }
    let (issued, _) = try await licenses.rotateKey(call.id(), overlap: overlap.duration, by: call.actor)
    return try await page(call, id: issued.license.id, key: issued.key)
  }

  @Sendable private func addNote(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    return try await orShow(call, id) {
      var fields = try FieldReader(.object(call.form.json()))
      let body = fields.string("body", length: LicenseNote.length)
      try fields.finish()
      _ = try await licenses.addNote(body ?? "", to: id, by: call.actor)
      return back(to: id, "The note is written.")
    }
  }

  @Sendable private func addTag(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    return try await orShow(call, id) {
      guard let tag = LicenseTag(call.form["tag"] ?? "") else {
        throw Problem.invalid("tag", "format", LicenseTag.rule)
      }
      return back(to: try await licenses.tag(id, tag, by: call.actor).id, "The licence is tagged.")
    }
  }

  /// Instances, transfers and overrides, as the API takes them.
  @Sendable private func change(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    return try await orShow(call, id) {
      var fields = try FieldReader(
        .object(
          call.form.json(
            numbers: ["max_instances", "transfer_allowance", "users", "extra_users"], flags: ["unlimited_users"],
            lists: ["features"])))
      let maxInstances = fields.int("max_instances", range: 1...100_000)
      let allowance = fields.int("transfer_allowance", range: 0...100_000)
      var overrides = LicenseOverrides()
      if let users = fields.optionalInt("users", range: 1...1_000_000) ?? nil { overrides.users = .some(users) }
      if fields.bool("unlimited_users", default: false) { overrides.users = .some(nil) }
      overrides.extraUsers = (fields.optionalInt("extra_users", range: 0...1_000_000) ?? nil) ?? 0
      overrides.features = ((fields.optionalStrings("features", max: 50) ?? nil) ?? []).compactMap(Feature.init)
      if let day = fields.optionalString("lasts_until", length: 0...10) ?? nil, !day.isEmpty {
        overrides.expiresAt = LocalDate(day)?.adding(days: 1).utcMidnight
        if overrides.expiresAt == nil { fields.fault("lasts_until", "date", "must be a day such as 2027-01-31") }
      }
      try fields.finish()
      let license = try await licenses.update(
        id, maxInstances: maxInstances.map { Int($0) }, transferAllowance: allowance.map { Int($0) },
        overrides: overrides, by: call.actor)
      return back(to: license.id, "What the licence allows is changed.")
    }
  }

  /// What cannot be done because of what was typed is said on the page.
  private func orShow(_ call: StaffCall, _ id: Int64, _ work: () async throws -> Reply) async throws -> Reply {
    do {
      return try await work()
    } catch let problem as Problem where [409, 422].contains(problem.status) {
      return try await page(call, id: id, key: nil, problem: problem)
    }
  }
}
