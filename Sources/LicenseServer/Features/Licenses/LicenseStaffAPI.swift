import Billing
import Core
import Database
import Web

/// `/api/licenses`
struct LicenseStaffAPI: Sendable {
  let database: ConnectionPool
  let licenses: LicenseRegister
  let subscriptions: SubscriptionRegister
  /// Nil without Stripe.
  let stripe: StripeDesk?
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    table.define("license", Self.schema)
    table.define("issued_license", Self.issuedSchema)
    table.on(
      .get, "/licenses", .read(.licences),
      "Licences, the newest first unless sorted by id, plan, expires_at or customer_email", query: Self.filters,
      answer: .page(of: .ref("license"))
    ) { call in
      let now = clock.now()
      return .json(try await LicenseStore(database).list(call.page, at: now).json { $0.json(at: now) })
    }
    table.on(
      .post, "/licenses", .write(.licences), "Issues a licence; only this answer has its key",
      body: .json(Self.newLicense), answer: .ref("issued_license"), status: 201, creates: true, handler: create)
    table.on(.get, "/licenses/{id}", .read(.licences), "One licence", answer: .ref("license")) { call in
      guard let license = try await LicenseStore(database).find(call.id()) else { throw Problem.notFound("licence") }
      return .json(license.json(at: clock.now()))
    }
    table.on(
      .patch, "/licenses/{id}", .write(.licences), "Changes what a licence allows beyond its plan",
      body: .json(Self.changes), answer: .ref("license"), handler: update)
    registerActs(in: &table)
  }

  private func registerActs(in table: inout StaffTable) {
    table.on(
      .post, "/licenses/{id}/suspend", .write(.licences), "Suspends a licence", answer: .ref("license")
    ) { call in
      .json(try await licenses.suspend(call.id(), by: call.actor).json(at: clock.now()))
    }
    table.on(
      .post, "/licenses/{id}/reinstate", .write(.licences), "Ends a suspension", answer: .ref("license")
    ) { call in
      .json(try await licenses.reinstate(call.id(), by: call.actor).json(at: clock.now()))
    }
    table.on(
      .post, "/licenses/{id}/revoke", .write(.licences), "Revokes a licence for good", answer: .ref("license")
    ) { call in
      .json(try await licenses.revoke(call.id(), by: call.actor).json(at: clock.now()))
    }
    table.on(
      .post, "/licenses/{id}/renew", .write(.licences), "Moves a licence's end", body: .optionalJSON(Self.renewal),
      answer: .ref("license"), handler: renew)
    table.on(
      .post, "/licenses/{id}/rotate-key", .write(.licences), "Gives a new key; the old one works on for a while",
      body: .optionalJSON(Self.rotation), answer: .ref("issued_license"), handler: rotateKey)
    table.on(
      .post, "/licenses/{id}/change-plan", .write(.licences), "Changes the plan, or says what that would do",
      query: [QueryParameter("dry_run", .boolean, "true only says what would happen.")],
      body: .json(.object([.required("plan", .string)])), answer: Self.planChange, handler: changePlan)
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    var fields = try call.fields()
    let plan = fields.string("plan", length: 1...50)
    let email = fields.email("customer_email")
    let expiresAt = fields.optionalTimestamp("expires_at") ?? nil
    let maxInstances = fields.optionalInt("max_instances", range: 1...100_000) ?? nil
    let overrides = try LicenseOverrides.read("overrides", from: &fields)
    let trialDays = fields.optionalInt("trial_days", range: LicenseTrial.days) ?? nil
    let allowsAnotherTrial = fields.bool("allow_another_trial", default: false)
    let tags = Self.tags(from: &fields)
    if trialDays != nil, expiresAt != nil {
      fields.fault("expires_at", "conflict", "cannot be set on a trial: trial_days says when it ends")
    }
    try fields.finish()
    guard let plan, let email else { throw Problem.internalError() }
    let request = LicenseRegister.Request(
      plan: plan, customerEmail: email, expiresAt: expiresAt, maxInstances: maxInstances.map { Int($0) } ?? 1,
      overrides: overrides ?? .none, trialDays: trialDays, allowsAnotherTrial: allowsAnotherTrial, tags: tags)
    let issued = try await licenses.create(request, by: call.actor)
    return .created(issued.json(at: clock.now()), location: "/api/licenses/\(issued.license.id)")
  }

  private static func tags(from fields: inout FieldReader) -> [LicenseTag] {
    let words = (fields.optionalStrings("tags", max: LicenseTag.limit, length: 40) ?? nil) ?? []
    let tags = words.compactMap { LicenseTag($0) }
    if tags.count < words.count { fields.fault("tags", "format", "each \(LicenseTag.rule)") }
    return tags
  }

  @Sendable private func update(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    var fields = try call.fields()
    let maxInstances = fields.optionalInt("max_instances", range: 1...100_000) ?? nil
    let allowance = fields.optionalInt("transfer_allowance", range: 0...100_000) ?? nil
    let overrides = try LicenseOverrides.read("overrides", from: &fields)
    try fields.finish()
    let license = try await licenses.update(
      id, maxInstances: maxInstances.map { Int($0) }, transferAllowance: allowance.map { Int($0) },
      overrides: overrides, by: call.actor)
    return .json(license.json(at: clock.now()))
  }

  @Sendable private func renew(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    var fields = try call.fields()
    let expiresAt = fields.optionalTimestamp("expires_at") ?? nil
    let period = (fields.optionalOneOf("interval", BillingPeriod.allCases.map(\.rawValue)) ?? nil)
      .flatMap(BillingPeriod.init)
    try fields.finish()
    let license = try await licenses.renew(id, until: expiresAt, period: period ?? .year, by: call.actor)
    return .json(license.json(at: clock.now()))
  }

  @Sendable private func rotateKey(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    var fields = try call.fields()
    let hours = fields.optionalInt("overlap_hours", range: 0...720) ?? nil
    try fields.finish()
    let (issued, formerUntil) = try await licenses.rotateKey(id, overlap: .hours(hours ?? 168), by: call.actor)
    var object = issued.json(at: clock.now()).objectValue ?? [:]
    object["former_key_valid_until"] = JSONValue(formerUntil)
    return .json(.object(object))
  }

  @Sendable private func changePlan(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    var fields = try call.fields()
    let plan = fields.string("plan", length: 1...50)
    try fields.finish()
    guard let plan else { throw Problem.internalError() }
    let isDryRun = call.query("dry_run") == "true"
    let isPaidFor = try await LicenseStore(database).find(id)?.subscriptionID != nil
    if isPaidFor, !isDryRun, !call.session.allows(.write(.billing)) {
      throw Problem.permissionDenied(section: StaffSection.billing.rawValue, access: AccessLevel.write.rawValue)
    }
    let change = try await licenses.changePlan(
      id, to: plan, isDryRun: isDryRun, through: subscriptions, stripe: stripe, by: call.actor)
    return .json(change.json(at: clock.now()))
  }
}

extension Call where Place == Vendor, Session == StaffSession {
  /// Who acts, for the audit log.
  var actor: Actor { .staff(session, from: clientAddress) }
}
