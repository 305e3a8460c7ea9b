public import Core

/// The value that the rows of one group share.
public enum GroupKey: Sendable, Hashable {
  /// A configured thing; nil for traffic that had none.
  case entity(id: Int64?, name: String?)
  case text(String?)
  /// 0 to 23, local time.
  case hour(Int64)
  /// 1 is Monday, 7 Sunday (ISO 8601).
  case weekday(Int64)
  case date(LocalDate)

  public static let weekdayNames = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]

  var json: JSONValue {
    switch self {
    case .entity(let id, _): JSONValue(id)
    case .text(let text): JSONValue(text)
    case .hour(let number), .weekday(let number): .int(number)
    case .date(let date): JSONValue(date)
    }
  }

  /// What a reader wants beside the key: an entity's or weekday's name. Nil for keys that speak for themselves.
  var nameJSON: JSONValue? {
    switch self {
    case .entity(_, let name): JSONValue(name)
    case .weekday(let number): .string(Self.weekdayNames[Int(number - 1) % 7])
    case .text, .hour, .date: nil
    }
  }

  /// For tables and charts; a dash for what is not known.
  public var text: String {
    switch self {
    case .entity(let id, let name): name ?? id.map { "#\($0)" } ?? "–"
    case .text(let text): text ?? "–"
    case .hour(let number): number < 10 ? "0\(number):00" : "\(number):00"
    case .weekday(let number): Self.weekdayNames[Int(number - 1) % 7]
    case .date(let date): date.description
    }
  }
}
