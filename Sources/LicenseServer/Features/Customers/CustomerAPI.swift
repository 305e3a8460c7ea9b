import Billing
import Core
import Database
import Web

/// `/api/customers`
struct CustomerAPI: Sendable {
  let database: ConnectionPool
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    table.define("customer", Self.schema)
    table.on(
      .get, "/customers", .read(.customers), "Customers, the newest first",
      query: .page + [QueryParameter("email", .email, "With this address.")], answer: .page(of: .ref("customer"))
    ) { call in
      .json(try await CustomerStore(database).list(call.listRequest).json(\.json))
    }
    table.on(.get, "/customers/{id}", .read(.customers), "One customer", answer: .ref("customer")) { call in
      guard let customer = try await CustomerStore(database).find(call.id()) else { throw Problem.notFound("customer") }
      return .json(customer.json)
    }
    table.on(
      .post, "/customers", .write(.customers), "Adds a customer",
      body: .json(.object([.required("email", .email), .optional("name", .string.nullable)])),
      answer: .ref("customer"), status: 201, creates: true, handler: create)
    table.on(
      .patch, "/customers/{id}", .write(.customers), "Changes a customer's name",
      body: .json(.object([.required("name", .string)])), answer: .ref("customer"), handler: rename)
  }

  @Sendable private func create(_ call: StaffCall) async throws -> Reply {
    var fields = try call.fields()
    let email = fields.email("email")
    let name = (fields.optionalString("name") ?? nil) ?? ""
    try fields.finish()
    guard let email else { throw Problem.internalError() }
    let customer = try await database.transaction { connection in
      let now = clock.now()
      let customer = try await CustomerStore(connection).create(email: email, name: name, at: now)
      guard let customer else {
        throw Problem.conflict("There is a customer with this e-mail address already.", field: "email")
      }
      try await PortalUserStore(connection).makeOwner(email, of: customer.id, at: now)
      try await AuditStore(connection).append(
        AuditEntry(action: "customer.create", subject: "customer:\(customer.id)", after: customer.json),
        by: call.actor, at: now)
      return customer
    }
    return .created(customer.json, location: "/api/customers/\(customer.id)")
  }

  @Sendable private func rename(_ call: StaffCall) async throws -> Reply {
    let id = try call.id()
    var fields = try call.fields()
    let name = fields.string("name", length: 0...255)
    try fields.finish()
    guard let name else { throw Problem.internalError() }
    let customer = try await database.transaction { connection in
      let store = CustomerStore(connection)
      guard let former = try await store.find(id) else { throw Problem.notFound("customer") }
      try await store.rename(id, to: name)
      guard let customer = try await store.find(id) else { throw Problem.notFound("customer") }
      try await AuditStore(connection).append(
        AuditEntry(action: "customer.change", subject: "customer:\(id)", before: former.json, after: customer.json),
        by: call.actor, at: clock.now())
      return customer
    }
    return .json(customer.json)
  }

  private static let schema = Schema.object([
    .required("id", .integer), .required("email", .email), .required("name", .string),
    .required("created_at", .timestamp),
  ])
}

extension Customer {
  var json: JSONValue {
    [
      "id": .int(id), "email": .string(email.description), "name": .string(name), "created_at": JSONValue(createdAt),
    ]
  }
}
