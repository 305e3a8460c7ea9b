import Core
import Database
import Web

/// What a list of configured things can be ordered and filtered by, beside its id and `q`.
struct ListColumns: Sendable {
  enum Kind: Sendable {
    case id, text, flag

    fileprivate var schema: Schema {
      switch self {
      case .id: .integer
      case .text: .string
      case .flag: .boolean
      }
    }
  }

  struct Filter: Sendable {
    let field: String
    let kind: Kind
  }

  let table: String
  /// The table as the list's statement calls it.
  let alias: String
  /// The column for `sort=name`.
  let name: String
  let filters: [Filter]
  /// Flags that the store itself reads.
  let ownFlags: [String]

  /// A filter's field is its column.
  init(
    _ table: String, as alias: String? = nil, name: String = "name", ids: [String] = [], texts: [String] = [],
    flags: [String] = [], ownFlags: [String] = []
  ) {
    self.table = table
    self.alias = alias ?? table
    self.name = name
    self.ownFlags = ownFlags
    filters =
      ids.map { Filter(field: $0, kind: .id) } + (texts + [name]).map { Filter(field: $0, kind: .text) }
      + flags.map { Filter(field: $0, kind: .flag) }
  }

  /// What `sort=` may say, without the leading `-`.
  var orders: [String] { ["id", "created_at", name] }

  /// For the API's description.
  var parameters: [QueryParameter] {
    [
      QueryParameter("limit", .integer, "1 to 500; 50 by default."),
      QueryParameter("cursor", .string, "`next_cursor` of the page before."),
      QueryParameter(
        "sort", .choice(orders.flatMap { [$0, "-\($0)"] }), "`-` is descending; `-id`, the newest first, is standard."),
      QueryParameter("q", .string, "Part of the name."),
    ]
      + (filters + ownFlags.map { Filter(field: $0, kind: .flag) }).map {
        QueryParameter($0.field, $0.kind.schema, "Only those with exactly this value.")
      }
  }
}

extension PageRequest {
  /// As a list with these columns can answer it. Throws 422 for an order, a filter or a cursor that it does not have.
  func checked(for columns: ListColumns) throws(Problem) -> PageRequest {
    var reader = FilterReader(self)
    for filter in columns.filters {
      switch filter.kind {
      case .id: _ = reader.id(filter.field)
      case .text: _ = reader.text(filter.field)
      case .flag: _ = reader.flag(filter.field)
      }
    }
    for flag in columns.ownFlags { _ = reader.flag(flag) }
    if let cursor, Int64(cursor) == nil {
      reader.fault("cursor", "invalid", "must be next_cursor of the page before")
    }
    if let sort, !columns.orders.contains(sort) {
      reader.fault("sort", "choice", "must be \(columns.orders.joined(separator: ", ")) or one of them after a -")
    }
    try reader.finish()
    return self
  }

  /// The rows after the cursor that pass the filters.
  func condition(_ columns: ListColumns, of scope: TenantScope) -> SQL {
    SQL.joined([following(columns, scope)] + filterConditions(columns), separator: " AND ")
  }

  func filterConditions(_ columns: ListColumns) -> [SQL] {
    let alias: SQL = "\(identifier: columns.alias)"
    var conditions: [SQL] = []
    for filter in columns.filters {
      guard let text = filters[filter.field] else { continue }
      let column: SQL = "\(alias).\(identifier: filter.field)"
      switch filter.kind {
      case .id: conditions.append("\(column) = \(Int64(text) ?? 0)")
      case .text: conditions.append("\(column) = \(text)")
      case .flag: conditions.append("\(column) = \(Bool(text) ?? false)")
      }
    }
    return conditions
  }

  /// By id, newest first unless `sort` says otherwise; by name regardless of case.
  func order(_ columns: ListColumns) -> SQL {
    let alias: SQL = "\(identifier: columns.alias)"
    let direction: SQL = isAscending ? "ASC" : "DESC"
    guard sort == columns.name else { return "\(alias).id \(direction)" }
    return "lower(\(alias).\(identifier: columns.name)) \(direction), \(alias).id \(direction)"
  }

  /// The cursor is the last id seen; by name, that row says where it stands.
  private func following(_ columns: ListColumns, _ scope: TenantScope) -> SQL {
    guard let last = cursor.flatMap({ Int64($0) }) else { return "TRUE" }
    let alias: SQL = "\(identifier: columns.alias)"
    let comparison: SQL = isAscending ? ">" : "<"
    guard sort == columns.name else { return "\(alias).id \(comparison) \(last)" }
    return """
      (lower(\(alias).\(identifier: columns.name)), \(alias).id) \(comparison)
        (SELECT lower(seen.\(identifier: columns.name)), seen.id
          FROM \(scope.schema).\(identifier: columns.table) seen WHERE seen.id = \(last))
      """
  }
}
