/// What a list is asked for: `?limit=&cursor=&sort=&q=` and `field=` filters.
public struct PageRequest: Sendable, Hashable {
  public static let reserved: Set<String> = ["limit", "cursor", "sort", "q"]

  public var limit: Int
  public var cursor: String?
  /// The field, without the leading `-`.
  public var sort: String?
  public var descending: Bool
  public var q: String?
  public var filters: [String: String]

  public init(
    limit: Int = 50, cursor: String? = nil, sort: String? = nil, descending: Bool = false, q: String? = nil,
    filters: [String: String] = [:]
  ) {
    self.limit = limit
    self.cursor = cursor
    self.sort = sort
    self.descending = descending
    self.q = q
    self.filters = filters
  }

  /// From a query's pairs. Throws 422 for a limit that is no number of 1 to 500 and for NUL, which Postgres refuses.
  public init(query: [(name: String, value: String)]) throws(Problem) {
    self.init()
    for (name, value) in query where !value.isEmpty {
      guard !value.utf8.contains(0) else { throw .invalid(name, "invalid", "must not contain a NUL character") }
      switch name {
      case "limit":
        guard let number = Int(value), (1...500).contains(number) else {
          throw .invalid("limit", "range", "must be 1 to 500")
        }
        limit = number
      case "cursor": cursor = value
      case "sort":
        descending = value.hasPrefix("-")
        sort = descending ? String(value.dropFirst()) : value
      case "q": q = String(value.prefix(200))
      default: filters[name] = value
      }
    }
  }
}

/// One page of a list; `nextCursor` is nil on the last.
public struct Page<Item: Sendable>: Sendable {
  public var items: [Item]
  public var nextCursor: String?
  public var total: Int?

  public init(items: [Item], nextCursor: String? = nil, total: Int? = nil) {
    self.items = items
    self.nextCursor = nextCursor
    self.total = total
  }

  /// From rows fetched with `LIMIT limit + 1`: the extra one only says that there is a next page.
  public init(fetched: [Item], limit: Int, total: Int? = nil, cursor: (Item) -> String) {
    let items = Array(fetched.prefix(limit))
    self.init(items: items, nextCursor: fetched.count > limit ? items.last.map(cursor) : nil, total: total)
  }

  public func json(_ item: (Item) -> JSONValue) -> JSONValue {
    var object: JSONObject = ["items": .array(items.map(item)), "next_cursor": JSONValue(nextCursor)]
    if let total { object["total"] = .int(total) }
    return .object(object)
  }
}
