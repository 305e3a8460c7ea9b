import Core
import Database
import Security
import Web

/// `/api/login`, `/api/me` and `/api/staff`
struct StaffAPI: Sendable {
  let database: ConnectionPool
  let entrance: StaffEntrance
  let team: StaffTeam
  /// Without a trailing slash; invitations' links begin with it.
  let publicURL: String

  func register(in table: inout StaffTable) {
    table.define("staff_member", StaffMember.schema)
    table.define(
      "staff_member_added",
      Schema(json: [
        "allOf": [
          Schema.ref("staff_member").json,
          Schema.object([
            .required("invitation_link", .url.nullable)
          ]).json,
        ]
      ]))
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
      .post, "/staff", .write(.staff), "Adds somebody to the staff; without a password they are invited",
      body: .json(Self.newMember), answer: .ref("staff_member_added"), status: 201, creates: true, handler: create)
    table.on(
      .patch, "/staff/{id}", .write(.staff), "Changes somebody's name, role or status", body: .json(Self.changes),
      answer: .ref("staff_member"), handler: change)
    registerCare(in: &table)
  }

  /// What those do who look after the staff.
  private func registerCare(in table: inout StaffTable) {
    table.on(
      .delete, "/staff/{id}", .write(.staff), "Withdraws an invitation that was not accepted", status: 204
    ) { call in
      try await team.withdraw(call.id(), by: call.actor)
      return .noContent
    }
    table.on(
      .post, "/staff/{id}/invite", .write(.staff), "Sends the invitation again", answer: .ref("staff_member_added")
    ) { call in
      let (member, invitation) = try await team.inviteAgain(call.id(), by: call.actor)
      return .json(added(member, invitation))
    }
    table.on(
      .get, "/staff/{id}/sessions", .read(.staff), "Somebody's open sessions", answer: .page(of: .ref("staff_session"))
    ) { call in
      .json(Page(items: try await team.sessions(of: call.id())).json { $0.json(current: call.session) })
    }
    table.on(
      .delete, "/staff/{id}/sessions", .write(.staff), "Signs somebody out everywhere", status: 204
    ) { call in
      try await team.signOut(call.id(), but: call.session, by: call.actor)
      return .noContent
    }
    table.on(
      .delete, "/staff/{id}/totp", .write(.staff), "Takes the second factor off somebody who has lost it", status: 204
    ) { call in
      try await team.removeSecondFactor(of: call.id(), by: call.actor)
      return .noContent
    }
  }

  /// With the invitation's link, which is shown only now.
  private func added(_ member: StaffMember, _ invitation: SecretToken?) -> JSONValue {
    var object = member.json.objectValue ?? [:]
    object["invitation_link"] = JSONValue(invitation.map { publicURL + StaffInvitationPages.path($0) })
    return .object(object)
  }

  @Sendable private func login(_ call: OpenCall<Vendor>) async throws -> Reply {
    var fields = try call.fields()
    let email = fields.email("email")
    let password = fields.string("password", length: 1...1024, trim: false)
    let code = fields.optionalString("totp", length: 0...40) ?? nil
    try fields.finish()
    guard let email, let password else { throw Problem.internalError() }
    let (member, token) = try await entrance.signIn(email, password, code: code, kind: .bearer, head: call.head)
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
    let newcomer = try StaffTeam.Newcomer(from: &fields)
    let (member, invitation) = try await team.add(newcomer, by: call.actor)
    return .created(added(member, invitation), location: "/api/staff/\(member.id)")
  }

  @Sendable private func change(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    var fields = try call.fields()
    return .json(try await team.change(id, StaffTeam.Change(from: &fields), by: call.actor).json)
  }

  private static let credentials = Schema.object([
    .required("email", .email), .required("password", .string), .optional("totp", .string.nullable),
  ])

  private static let newMember = Schema.object([
    .required("email", .email), .optional("name", .string.nullable),
    .required("role", .choice(StaffRole.allCases.map(\.rawValue))), .optional("permissions", .map(.string)),
    .optional("password", .string.nullable),
  ])

  private static let changes = Schema.object([
    .optional("name", .string), .optional("role", .choice(StaffRole.allCases.map(\.rawValue))),
    .optional("permissions", .map(.string)),
    .optional("status", .choice(["active", "disabled"])),
  ])
}

// What API and pages read alike.
extension StaffTeam.Newcomer {
  init(from fields: inout FieldReader) throws(Problem) {
    let email = fields.email("email")
    let name = (fields.optionalString("name", length: 0...200) ?? nil) ?? ""
    let role = fields.oneOf("role", StaffRole.allCases.map(\.rawValue)).flatMap(StaffRole.init)
    let grants = StaffGrants.read("permissions", from: &fields) ?? nil
    let password = fields.optionalString("password", length: 1...1024, trim: false) ?? nil
    if let password, let refusal = PasswordPolicy().refusal(of: password, email: email) {
      fields.fault("password", refusal.code, refusal.message)
    }
    switch (role, grants) {
    case (.custom?, nil): fields.fault("permissions", "required", "is required for a custom role")
    case (.custom?, _), (_, nil), (nil, _): break
    default: fields.fault("permissions", "role", "only a custom role has permissions of its own")
    }
    try fields.finish()
    guard let email, let role else { throw .internalError() }
    self.init(email: email, name: name, role: role, grants: grants, password: password)
  }
}

extension StaffTeam.Change {
  init(from fields: inout FieldReader) throws(Problem) {
    let name = fields.optionalString("name", length: 0...200) ?? nil
    let role = (fields.optionalOneOf("role", StaffRole.allCases.map(\.rawValue)) ?? nil).flatMap(StaffRole.init)
    let grants = StaffGrants.read("permissions", from: &fields) ?? nil
    let status = (fields.optionalOneOf("status", ["active", "disabled"]) ?? nil).flatMap(StaffMember.Status.init)
    try fields.finish()
    self.init(name: name, role: role, grants: grants, status: status)
  }
}
