import CCurl
public import Core

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension IPAddress {
  /// The addresses of this machine's network interfaces.
  public static func ofThisMachine() -> [IPAddress] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    var addresses: [IPAddress] = []
    var next = first
    while let interface = next {
      if let address = interface.pointee.ifa_addr, let address = IPAddress(address) { addresses.append(address) }
      next = interface.pointee.ifa_next
    }
    return addresses
  }
}
