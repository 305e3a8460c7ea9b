import CCurl
import Core

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension IPAddress {
  /// The address in a socket address; nil for other families than IPv4 and IPv6.
  init?(_ address: UnsafePointer<sockaddr>) {
    let raw = UnsafeRawPointer(address)
    switch CInt(address.pointee.sa_family) {
    case AF_INET:
      let bytes = withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in.self).sin_addr) { Array($0) }
      self.init(bytes: bytes)
    case AF_INET6:
      let bytes = withUnsafeBytes(of: raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr) { Array($0) }
      self.init(bytes: bytes)
    default:
      return nil
    }
  }
}
