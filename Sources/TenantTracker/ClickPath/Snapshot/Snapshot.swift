public import Core

/// Everything the click path knows about everybody, compiled and immutable: a click reads one of these and takes no lock.
public struct Snapshot: Sendable {
  /// When the rows it was made of were read.
  public let takenAt: Timestamp
  public let tenants: [Int64: Tenant]
  private let places: [String: Place]
  private let defaultPlace: Place?
  private let isSingleTenant: Bool

  /// What a host stands for.
  public struct Place: Sendable {
    public let tenant: Tenant
    /// Whether the dashboard lives on the same host, so that landings must not share its origin.
    public let servesDashboard: Bool
  }

  init(takenAt: Timestamp, isSingleTenant: Bool, tenants: [Tenant], places: [String: Place], defaultTenant: Tenant?) {
    self.takenAt = takenAt
    self.isSingleTenant = isSingleTenant
    self.tenants = Dictionary(tenants.map { ($0.id, $0) }) { first, _ in first }
    self.places = places
    defaultPlace = defaultTenant.map { Place(tenant: $0, servesDashboard: true) }
  }

  /// Nobody's: every host is unknown.
  public static let empty = Snapshot(
    takenAt: Timestamp(seconds: 0), isSingleTenant: false, tenants: [], places: [:], defaultTenant: nil)

  /// Whose host this is; nil for one that is nobody's.
  /// - Parameter host: A Host header; a port and the case of letters do not matter.
  public func place(forHost host: String) -> Place? {
    let name = Snapshot.hostName(host)
    if let place = places[name] { return place }
    guard let defaultPlace else { return nil }
    return isSingleTenant || name == "localhost" || Snapshot.isAddress(name) ? defaultPlace : nil
  }

  /// Without port, brackets' content kept, lower case, no dot at the end.
  static func hostName(_ host: String) -> String {
    var name = host[...]
    if name.utf8.first == UInt8(ascii: "[") {
      if let end = name.utf8.firstIndex(of: UInt8(ascii: "]")) { name = name[...end] }
    } else if let colon = name.utf8.firstIndex(of: UInt8(ascii: ":")) {
      name = name[..<colon]
    }
    if name.utf8.last == UInt8(ascii: ".") { name = name.dropLast() }
    return name.utf8.contains { $0 != $0.asciiLowercased } ? name.lowercased() : String(name)
  }

  private static func isAddress(_ name: String) -> Bool {
    guard let first = name.utf8.first else { return false }
    if first == UInt8(ascii: "[") { return IPAddress(name.dropFirst().dropLast()) != nil }
    return first.asciiDigit != nil && IPAddress(name) != nil
  }
}
