import Conversions
import Core
import Database
import Web

/// `GET /commissions`: what conversions earn publishers; `GET /publishers/{id}/balance`.
struct CommissionsAPI: Sendable {
  let store = CommissionStore()
  let balances = BalanceStore()

  func register(in table: inout TrackerTable) {
    table.define("Commission", Commission.schema)
    table.on(
      .get, "/commissions", .read(.networks), "Commissions, newest first",
      query: [
        QueryParameter("limit", .integer, "1 to 500; 50 by default."),
        QueryParameter("cursor", .string, "`next_cursor` of the page before."),
        QueryParameter("publisher_id", .integer, "Only this publisher's."),
        QueryParameter("statement_id", .integer, "Only those of this statement."),
        QueryParameter("status", .choice(Commission.Status.allCases.map(\.rawValue)), "Only those that stand so."),
        QueryParameter("conversion_id", .uuid, "Only this conversion's."),
      ], answer: .page(of: .ref("Commission"))
    ) { .json(try await page($0).json(\.json)) }
    table.on(
      .get, "/publishers/{id}/balance", .read(.networks), "What a publisher has earned and is owed, by currency",
      answer: .object([.required("items", .array(Balance.schema))])
    ) { call in
      let id = try call.id()
      guard try await PublisherStore().find(id, of: call.place.scope) != nil else {
        throw Problem.notFound(Publisher.noun)
      }
      return .json(["items": .array(try await balances.balances(of: [id], in: call.place.scope).map(\.json))])
    }
  }

  private func page(_ call: TrackerCall) async throws -> Page<Commission> {
    let request = try call.page
    var reader = FilterReader(request)
    let filter = CommissionStore.Filter(
      publisherID: reader.id("publisher_id"), statementID: reader.id("statement_id"), status: reader.choice("status"),
      conversionID: reader.uuid("conversion_id"))
    reader.requireNewestFirst(request, by: "earned_at")
    try reader.finish()
    var cursor: ConversionID?
    if let text = request.cursor {
      cursor = ConversionID(text)
      if cursor == nil { throw Problem.invalid("cursor", "invalid", "must be the next_cursor of a page before") }
    }
    return try await store.page(filter, limit: request.limit, after: cursor, of: call.place.scope)
  }
}
