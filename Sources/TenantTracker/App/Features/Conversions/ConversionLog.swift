import Conversions
import Core
import Database

/// A page of the conversion log.
struct ConversionLogPage: Sendable {
  var page: Page<Conversion>
  /// How far was searched, when that is not to the end and the page is not full: the next one goes on from there.
  var searchedTo: Timestamp?

  /// - Parameter shown: what the reader may see of each.
  func json(_ shown: (Conversion) -> Conversion) -> JSONValue {
    var object = page.json { shown($0).json }.objectValue ?? [:]
    object["searched_to"] = JSONValue(searchedTo)
    return .object(object)
  }
}

/// The conversion log, newest first. A filter that few conversions fit is held against so many of the newest, and the
/// next page goes on from there.
struct ConversionLog: Sendable {
  let store: ConversionStore
  /// Conversions of one page that a filter is held against.
  var depth = 500_000

  func page(
    _ filter: ConversionFilter, limit: Int, after cursor: ConversionID?, of scope: TenantScope
  ) async throws(DatabaseError) -> ConversionLogPage {
    var filter = filter
    if filter.mayBeRare { filter.first = try await end(of: filter.period, after: cursor, scope) }
    var page = try await store.page(filter, limit: limit, after: cursor, of: scope)
    guard page.nextCursor == nil, let first = filter.first else { return ConversionLogPage(page: page) }
    page.nextCursor = first.description
    return ConversionLogPage(page: page, searchedTo: first.timestamp)
  }

  /// The last of the conversions that are looked at, found in the index alone; nil when there are fewer.
  private func end(
    of period: Range<Timestamp>?, after cursor: ConversionID?, _ scope: TenantScope
  ) async throws(DatabaseError) -> ConversionID? {
    var conditions = ConversionFilter(period: period).conditions
    if let cursor { conditions.append("(created_at, id) < (\(cursor.timestamp), \(cursor))") }
    if conditions.isEmpty { conditions.append("true") }
    let row = try await scope.first(
      """
      SELECT id FROM \(scope.schema).conversions WHERE \(SQL.joined(conditions, separator: " AND "))
      ORDER BY created_at DESC, id DESC OFFSET \(depth - 1) LIMIT 1
      """)
    return try row?.get("id", as: ConversionID.self)
  }
}
