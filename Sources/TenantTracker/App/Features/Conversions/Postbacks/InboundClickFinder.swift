import ClickPath
import Core
import Database

/// Finds the click that a conversion belongs to.
struct InboundClickFinder: Sendable {
  let tail: ClickTail

  private let clicks = ClickStore()

  init(tail: ClickTail) { self.tail = tail }

  func click(
    of conversion: InboundConversion, in scope: TenantScope
  ) async throws(DatabaseError) -> (event: ClickEvent, match: ClickMatch)? {
    // The journal's tail first: a click leaves it only once the database has it.
    for id in conversion.clickIDs {
      if let click = tail.find(id), click.tenantID == scope.tenantID { return (click, .clickID) }
      if let click = try await clicks.find(id, of: scope) { return (click, .clickID) }
    }
    return nil
  }
}
