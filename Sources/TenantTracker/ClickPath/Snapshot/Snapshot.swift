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
    private let bare: Bare

    /// What `GET /` does where there is no dashboard.
    public var root: Root { bare.root }
    /// The text of `robots.txt`.
    public var robots: String { bare.robots }

    /// What `GET /` does where there is no dashboard.
    public enum Root: Hashable, Sendable {
      case notFound
      case campaign(slug: String)
      case redirect(String)
    }

    /// What the host itself answers. Apart from the rest: a click has no need of it, so it must not cost one.
    private final class Bare: Sendable {
      let root: Root
      let robots: String

      init(root: Root, robots: String) {
        self.root = root
        self.robots = robots
      }

      /// Links are nothing to be found by searching.
      static let noRobots = "User-agent: *\nDisallow: /\n"
      static let nothing = Bare(root: .notFound, robots: noRobots)
    }

    init(tenant: Tenant, servesDashboard: Bool) {
      self.tenant = tenant
      self.servesDashboard = servesDashboard
      bare = .nothing
    }

    /// A campaign that is gone is not found.
    init(tenant: Tenant, host: HostRecord) {
      let root: Root =
        switch host.root {
        case .campaign(let id): tenant.campaigns[id].map { .campaign(slug: $0.slug) } ?? .notFound
        case .redirect(let url): .redirect(url)
        case nil: .notFound
        }
      self.tenant = tenant
      servesDashboard = host.servesDashboard
      bare = Bare(root: root, robots: host.robots ?? Bare.noRobots)
    }
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

  /// Without port and final dot, lower case; an IPv6 address keeps its brackets.
  static func hostName(_ host: String) -> String {
    host.utf8Buffer { bytes in
      var end = bytes.count
      if bytes.first == UInt8(ascii: "[") {
        end = min(bytes.index(of: UInt8(ascii: "]")) + 1, bytes.count)
      } else {
        end = bytes.index(of: UInt8(ascii: ":"))
        if end > 0, bytes[end - 1] == UInt8(ascii: ".") { end -= 1 }
      }
      return String(decoding: bytes.part(0..<end), as: UTF8.self).lowercased()
    }
  }

  private static func isAddress(_ name: String) -> Bool {
    guard let first = name.utf8.first else { return false }
    if first == UInt8(ascii: "[") { return name.hasSuffix("]") && IPAddress(name.dropFirst().dropLast()) != nil }
    return first.asciiDigit != nil && IPAddress(name) != nil
  }
}
