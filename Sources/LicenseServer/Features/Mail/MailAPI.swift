import Core
import Database
import Web

/// `/api/mails`: the outbox.
struct MailAPI: Sendable {
  let database: ConnectionPool
  let mail: MailJobs
  let clock: any WallClock

  func register(in table: inout StaffTable) {
    table.define("mail", OutgoingMail.schema)
    table.on(
      .get, "/mails", .read(.settings), "E-mails that are queued, sent or failed, the newest first",
      query: .page + [
        QueryParameter("state", .choice(OutgoingMail.State.allCases.map(\.rawValue)), "Only these."),
        QueryParameter("template", .string, "Of this template."),
        QueryParameter("recipient", .email, "To this address."),
        QueryParameter("customer_id", .integer, "About this customer."),
      ],
      answer: .page(of: .ref("mail"))
    ) { call in
      .json(try await MailStore(database).list(call.outboxRequest).json(\.json))
    }
    table.on(.get, "/mails/{id}", .read(.settings), "One e-mail", answer: .ref("mail")) { call in
      guard let mail = try await MailStore(database).find(call.mailID) else { throw MailAPI.unknown }
      return .json(mail.json)
    }
    table.on(
      .post, "/mails/{id}/resend", .write(.settings), "Sends an e-mail (again)", answer: .ref("mail"), status: 202
    ) { call in
      .json(try await resend(call).json, status: 202)
    }
  }

  func resend(_ call: StaffCall) async throws -> OutgoingMail {
    let id = try call.mailID
    return try await database.transaction { connection in
      guard let former = try await MailStore(connection).find(id) else { throw MailAPI.unknown }
      guard try await mail.resend(id, in: connection), let found = try await MailStore(connection).find(id) else {
        throw Problem.conflict("This e-mail is queued already.")
      }
      try await AuditStore(connection).append(
        AuditEntry(
          action: "mail.resend", subject: "mail:\(id)", before: ["state": .string(former.state.rawValue)],
          after: ["state": .string(found.state.rawValue)]), by: call.actor, at: clock.now())
      return found
    }
  }

  static let unknown = Problem.notFound("e-mail")
}

extension Call where Place == Vendor, Session == StaffSession {
  var mailID: UUIDv7 {
    get throws(Problem) {
      guard let id = UUIDv7(parameter("id")) else { throw MailAPI.unknown }
      return id
    }
  }

  /// As ``RouteCall/listRequest``, with a mail's id as cursor.
  var outboxRequest: PageRequest {
    get throws(Problem) {
      let request = try page
      guard request.sort == nil || (request.sort == "id" && request.descending) else {
        throw .invalid("sort", "choice", "can only be -id: the newest first")
      }
      if let cursor = request.cursor, UUIDv7(cursor) == nil {
        throw .invalid("cursor", "invalid", "must be the next_cursor of the page before")
      }
      return request
    }
  }
}
