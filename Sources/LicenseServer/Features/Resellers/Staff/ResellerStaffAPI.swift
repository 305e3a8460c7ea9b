import Billing
import Core
import Database
import Security
import Web

/// `/api/resellers`
struct ResellerStaffAPI: Sendable {
  let database: ConnectionPool
  let register: ResellerRegister
  let hasher: PasswordHasher
  let publicURL: String
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    ResellerSchemas.define(in: &table)
    table.define("reseller_user", ResellerSchemas.user)
    table.on(
      .get, "/resellers", .read(.resellers), "Resellers, the newest first",
      query: .page + [QueryParameter("status", .choice(Reseller.Status.allCases.map(\.rawValue)), "Only those.")],
      answer: .page(of: .ref("reseller"))
    ) { call in
      .json(try await ResellerStore(database).list(call.listRequest).json(\.json))
    }
    table.on(
      .post, "/resellers", .write(.resellers), "Adds a reseller; its first user sets a password by the invitation",
      body: .json(ResellerSchemas.newReseller), answer: ResellerSchemas.created, status: 201, creates: true,
      handler: create)
    table.on(.get, "/resellers/{id}", .read(.resellers), "One reseller", answer: .ref("reseller")) { call in
      .json(try await found(call).json)
    }
    table.on(
      .patch, "/resellers/{id}", .write(.resellers), "Changes a reseller's agreement; never below what is in use",
      body: .json(ResellerSchemas.changes), answer: .ref("reseller"), handler: change)
    table.on(
      .post, "/resellers/{id}/suspend", .write(.resellers),
      "Suspends a reseller; its customers keep working until its grace is over", answer: .ref("reseller")
    ) { call in
      .json(try await register.suspend(call.id(), by: call.actor).json)
    }
    table.on(
      .post, "/resellers/{id}/reinstate", .write(.resellers), "Ends a suspension", answer: .ref("reseller")
    ) { call in
      .json(try await register.reinstate(call.id(), by: call.actor).json)
    }
    registerLists(in: &table)
  }

  private func registerLists(in table: inout StaffTable) {
    table.on(
      .get, "/resellers/{id}/use", .read(.resellers), "What a reseller's customers have together",
      answer: .ref("reseller_use")
    ) { call in
      .json(try await ResellerStore(database).use(of: found(call).id, at: clock.now()).json)
    }
    table.on(
      .get, "/resellers/{id}/users", .read(.resellers), "Who signs in for a reseller",
      answer: .page(of: .ref("reseller_user"))
    ) { call in
      .json(Page(items: try await ResellerUserStore(database).all(of: found(call).id)).json(\.json))
    }
    table.on(
      .post, "/resellers/{id}/users/{user}/invite", .write(.resellers),
      "Makes a new link with which a user sets a password; former links stop working",
      answer: .object([.required("invitation_url", .url)]), handler: invite)
    table.on(
      .get, "/resellers/{id}/licenses", .read(.resellers), "The licences a reseller sold, the newest first",
      query: .page, answer: .page(of: .ref("reseller_license"))
    ) { call in
      let now = clock.now()
      return .json(
        try await ResellerLicenseStore(database).list(call.listRequest, of: found(call).id).json { $0.json(at: now) })
    }
    table.on(
      .get, "/resellers/{id}/charges", .read(.resellers), "A reseller's margin ledger, the newest first",
      query: .page + [QueryParameter("month", .string, "Charged in this month: `2026-11`.")],
      answer: .page(of: .ref("reseller_charge"))
    ) { call in
      let page = try await ResellerChargeStore(database).list(call.listRequest, of: found(call).id)
      return .json(try page.checkedJSON { charge throws(MoneyFault) in try charge.json })
    }
    table.on(
      .get, "/resellers/{id}/statements", .read(.resellers), "A reseller's monthly statements, the newest first",
      query: .page, answer: .page(of: .ref("reseller_statement"))
    ) { call in
      let page = try await ResellerChargeStore(database).statements(call.listRequest, of: found(call).id)
      return .json(try page.checkedJSON { statement throws(MoneyFault) in try statement.json })
    }
  }

  private func found(_ call: StaffCall) async throws -> Reseller {
    guard let reseller = try await ResellerStore(database).find(call.id()) else { throw Problem.notFound("reseller") }
    return reseller
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    var fields = try call.fields()
    let (reseller, invitation) = try await create(&fields, by: call.actor)
    return .created(
      ResellerSchemas.created(reseller, invitation, publicURL), location: "/api/resellers/\(reseller.id)")
  }

  /// For the page and the command too.
  func create(
    _ fields: inout FieldReader, by actor: Actor
  ) async throws -> (reseller: Reseller, invitation: SecretToken?) {
    let name = fields.string("name", length: 1...200)
    let email = fields.email("email")
    let password = fields.optionalString("password", length: 1...1024, trim: false) ?? nil
    if let password, let refusal = PasswordPolicy().refusal(of: password, email: email) {
      fields.fault("password", refusal.code, refusal.message)
    }
    let domain = ResellerAgreement.readPortalDomain(from: &fields) ?? nil
    let agreement = try ResellerAgreement.read(from: &fields)
    try fields.finish()
    guard let name, let email, let agreement else { throw Problem.internalError() }
    var hash: String?
    if let password { hash = try await hasher.hash(password) }
    return try await register.create(
      .init(name: name, email: email, agreement: agreement, portalDomain: domain, passwordHash: hash), by: actor)
  }

  @Sendable private func change(_ call: StaffCall) async throws -> Reply {
    let reseller = try await found(call)
    var fields = try call.fields()
    let changes = try ResellerRegister.Changes.read(from: &fields, currency: reseller.agreement.currency)
    try fields.finish()
    return .json(try await register.change(reseller.id, changes, by: call.actor).json)
  }

  @Sendable private func invite(_ call: StaffCall) async throws -> Reply {
    let token = try await invite(call.id("user"), of: call.id(), by: call.actor)
    return .json(["invitation_url": .string(ResellerEntrancePages.invitation(token, publicURL))])
  }

  func invite(_ user: Int64, of reseller: Int64, by actor: Actor) async throws -> SecretToken {
    try await database.transaction { connection in
      let store = ResellerUserStore(connection)
      guard let user = try await store.find(user, of: reseller) else { throw Problem.notFound("user") }
      let token = try await store.invite(user.id, at: clock.now())
      try await AuditStore(connection).append(
        AuditEntry(action: "reseller_user.invite", subject: "reseller_user:\(user.id)", after: user.json), by: actor,
        at: clock.now())
      return token
    }
  }
}

extension Page {
  /// ``json(_:)`` of items whose amounts are worked out on the way.
  func checkedJSON(_ item: (Item) throws(MoneyFault) -> JSONValue) throws(MoneyFault) -> JSONValue {
    var values: [JSONValue] = []
    for element in items { values.append(try item(element)) }
    return Page<JSONValue>(items: values, nextCursor: nextCursor, total: total).json { $0 }
  }
}
