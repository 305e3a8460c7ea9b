/// Why a database cannot be used.
public enum GeoFault: Error, Hashable, Sendable, CustomStringConvertible {
  case missing
  /// It is there, but the system does not give it to us; the system's own words.
  case unreadable(String)
  /// It is larger than any database we know.
  case tooLarge(limit: Int)
  /// It is no MaxMind database, or its content contradicts itself.
  case corrupt(String)

  public var description: String {
    switch self {
    case .missing: "the file is missing"
    case .unreadable(let reason): "the file can't be read: \(reason)"
    case .tooLarge(let limit): "the file is larger than \(limit >> 20) MiB"
    case .corrupt(let reason): "the file is no sound database: \(reason)"
    }
  }
}
