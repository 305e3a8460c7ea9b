import ClickPath
import Core
import Database

/// Finds the click that a conversion belongs to. Without the click's id, what is known of an order and of its customer
/// may lead to it, the stronger proof before the weaker.
struct InboundClickFinder: Sendable {
  let tail: ClickTail

  private let clicks = ClickStore()
  private let customers = CustomerStore()
  private let calls = SharedCalls<ClickID, ClickEvent?>()

  init(tail: ClickTail) { self.tail = tail }

  /// - Parameter time: when the report came.
  func click(
    of conversion: InboundConversion, at time: Timestamp, in scope: TenantScope
  ) async throws(DatabaseError) -> (event: ClickEvent, match: ClickMatch)? {
    if let id = conversion.orderClick, let click = try await find(id, in: scope) { return (click, .order) }
    for id in conversion.clickIDs {
      if let click = try await find(id, in: scope) { return (click, .clickID) }
    }
    guard conversion.isMatchedByCustomer else { return nil }
    if let order = conversion.transactionID, let reporter = conversion.actor,
      let click = try await find(customers.click(ofOrder: order, from: reporter, before: time, of: scope), in: scope)
    {
      return (click, .order)
    }
    if let hash = conversion.emailHash,
      let click = try await find(customers.click(ofEmail: hash, before: time, of: scope), in: scope)
    {
      return (click, .email)
    }
    if let address = conversion.address, let window = conversion.addressWindow,
      let click = try await find(customers.click(from: address, within: window, before: time, of: scope), in: scope)
    {
      return (click, .address)
    }
    return nil
  }

  /// The journal's tail first: a click leaves it only once the database has it.
  private func find(_ id: ClickID?, in scope: TenantScope) async throws(DatabaseError) -> ClickEvent? {
    guard let id else { return nil }
    if let click = tail.find(id), click.tenantID == scope.tenantID { return click }
    return try await calls.answer(id, of: scope.tenantID) { ids throws(DatabaseError) in
      try await clicks.find(ids, of: scope)
    }
  }
}
