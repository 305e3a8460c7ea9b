public import Core

/// Where a request made on somebody's behalf may go: the public internet, plus what the operator has named.
public struct DestinationPolicy: Sendable, Hashable {
  /// Host names, lower case, whose addresses may be private.
  public var allowedHosts: Set<String>
  public var allowedNetworks: [CIDR]

  public init(allowedHosts: Set<String> = [], allowedNetworks: [CIDR] = []) {
    self.allowedHosts = Set(allowedHosts.map { $0.lowercased() })
    self.allowedNetworks = allowedNetworks
  }

  public static let publicInternet = DestinationPolicy()

  /// Reads a comma-separated list of host names, addresses and ranges; nil when an entry is none of them.
  public init?(list: String) {
    self.init()
    for entry in list.split(separator: ",").map(\.trimmed) where !entry.isEmpty {
      if let network = CIDR(entry) {
        allowedNetworks.append(network)
      } else if Hostname.isValid(entry) {
        allowedHosts.insert(entry.lowercased())
      } else {
        return nil
      }
    }
  }

  /// Whether a connection to `address`, found under the name `host`, is allowed.
  public func permits(_ address: IPAddress, host: String) -> Bool {
    !address.isPrivate || allowedHosts.contains(host.lowercased())
      || allowedNetworks.contains { $0.contains(address) }
  }
}
