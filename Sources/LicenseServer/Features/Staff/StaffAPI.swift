import Core
import Database
import Security
import Web

/// `/api/login`, `/api/me` and `/api/staff`
struct StaffAPI: Sendable {
  let database: ConnectionPool
  let entrance: StaffEntrance
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    table.define("staff_member", StaffMember.schema)
    table.open(
      .post, "/login", "Signs staff in", body: .json(Self.credentials),
      answer: .object([.required("token", .string), .required("user", .ref("staff_member"))]), handler: login)
    table.on(
      .post, "/logout", .signedIn, "Ends this session", status: 204, whilePasswordMustChange: true
    ) { call in
      try await StaffSessionStore(database).end(call.session.tokenHash)
      return .noContent
    }
    table.on(
      .get, "/me", .signedIn, "Who is signed in", answer: .ref("staff_member"), whilePasswordMustChange: true
    ) { call in
      .json(call.session.member.json)
    }
    table.on(
      .post, "/me/password", .signedIn, "Changes one's password and ends the other sessions",
      body: .json(.object([.required("current", .string), .required("new", .string)])), status: 204,
      whilePasswordMustChange: true, handler: changePassword)
    table.on(
      .get, "/staff", .read(.staff), "The vendor's staff", query: .page, answer: .page(of: .ref("staff_member"))
    ) { call in
      .json(try await StaffStore(database).list(call.listRequest).json(\.json))
    }
    table.on(
      .get, "/staff/{id}", .read(.staff), "One member of the staff", answer: .ref("staff_member")
    ) { call in
      guard let member = try await StaffStore(database).find(call.id()) else { throw Problem.notFound("staff member") }
      return .json(member.json)
    }
    table.on(
      .post, "/staff", .write(.staff), "Adds somebody to the staff", body: .json(Self.newMember),
      answer: .ref("staff_member"), status: 201, creates: true, handler: create)
    table.on(
      .patch, "/staff/{id}", .write(.staff), "Changes somebody's name, role or status", body: .json(Self.changes),
      answer: .ref("staff_member"), handler: change)
  }

  @Sendable private func login(_ call: OpenCall<Vendor>) async throws -> Reply {
    var fields = try call.fields()
    let email = fields.email("email")
    let password = fields.string("password", length: 1...1024, trim: false)
    try fields.finish()
    guard let email, let password else { throw Problem.internalError() }
    let (member, token) = try await entrance.signIn(email, password, kind: .bearer, head: call.head)
    return .json(["token": .string(token.text), "user": member.json])
  }

  @Sendable private func changePassword(_ call: StaffCall) async throws -> Reply {
    var fields = try call.fields()
    let current = fields.string("current", length: 1...1024, trim: false)
    let new = fields.string("new", length: 1...1024, trim: false)
    try fields.finish()
    guard let current, let new else { throw Problem.internalError() }
    try await entrance.changePassword(of: call.session, current: current, new: new, head: call.head)
    return .noContent
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    var fields = try call.fields()
    let email = fields.email("email")
    let name = (fields.optionalString("name") ?? nil) ?? ""
    let role = fields.oneOf("role", StaffRole.allCases.map(\.rawValue)).flatMap(StaffRole.init)
    let grants = StaffGrants.read("permissions", from: &fields) ?? nil
    let password = fields.string("password", length: 1...1024, trim: false)
    if let password, let refusal = PasswordPolicy().refusal(of: password, email: email) {
      fields.fault("password", refusal.code, refusal.message)
    }
    Self.checkGrants(grants, for: role, in: &fields)
    try fields.finish()
    guard let email, let role, let password else { throw Problem.internalError() }
    let hash = try await entrance.hasher.hash(password)
    let member = try await database.transaction { connection in
      let store = StaffStore(connection)
      let id = try await store.insert(
        email: email, name: name, passwordHash: hash, role: role, customGrants: grants, mustChangePassword: true,
        at: clock.now())
      guard let id, let member = try await store.find(id) else {
        throw Problem.conflict("Somebody with this e-mail address is on the staff already.", field: "email")
      }
      try await AuditStore(connection).append(
        AuditEntry(action: "staff.create", subject: "staff:\(id)", after: member.json),
        by: .staff(call.session, from: call.clientAddress), at: clock.now())
      return member
    }
    return .created(member.json, location: "/api/staff/\(member.id)")
  }

  @Sendable private func change(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    var fields = try call.fields()
    let name = fields.optionalString("name") ?? nil
    let role = (fields.optionalOneOf("role", StaffRole.allCases.map(\.rawValue)) ?? nil).flatMap(StaffRole.init)
    let grants = StaffGrants.read("permissions", from: &fields) ?? nil
    let status = (fields.optionalOneOf("status", StaffMember.Status.allCases.map(\.rawValue)) ?? nil)
      .flatMap(StaffMember.Status.init)
    try fields.finish()
    let changed = try await database.transaction { connection in
      let store = StaffStore(connection)
      guard let former = try await store.find(id) else { throw Problem.notFound("staff member") }
      var member = former
      if let name { member.name = name }
      if let role { member.role = role }
      if let grants { member.customGrants = grants }
      if let status { member.status = status }
      guard member.role == .custom || grants == nil else {
        throw Problem.invalid("permissions", "role", "only a custom role has permissions of its own")
      }
      let isAdmin = member.role == .admin && member.status == .active
      if !isAdmin, former.role == .admin, try await !store.hasAdmin(besides: id) {
        throw Problem.conflict("One active admin must stay.", field: role == nil ? "status" : "role")
      }
      try await store.save(member, at: clock.now())
      if member.status == .disabled { try await StaffSessionStore(connection).endAll(of: id) }
      try await AuditStore(connection).append(
        AuditEntry(action: "staff.change", subject: "staff:\(id)", before: former.json, after: member.json),
        by: .staff(call.session, from: call.clientAddress), at: clock.now())
      return member
    }
    return .json(changed.json)
  }

  private static func checkGrants(_ grants: StaffGrants?, for role: StaffRole?, in fields: inout FieldReader) {
    switch (role, grants) {
    case (.custom?, nil): fields.fault("permissions", "required", "is required for a custom role")
    case (.custom?, _), (_, nil), (nil, _): break
    default: fields.fault("permissions", "role", "only a custom role has permissions of its own")
    }
  }

  private static let credentials = Schema.object([.required("email", .email), .required("password", .string)])

  private static let newMember = Schema.object([
    .required("email", .email), .optional("name", .string.nullable),
    .required("role", .choice(StaffRole.allCases.map(\.rawValue))), .optional("permissions", .map(.string)),
    .required("password", .string),
  ])

  private static let changes = Schema.object([
    .optional("name", .string), .optional("role", .choice(StaffRole.allCases.map(\.rawValue))),
    .optional("permissions", .map(.string)),
    .optional("status", .choice(StaffMember.Status.allCases.map(\.rawValue))),
  ])
}
