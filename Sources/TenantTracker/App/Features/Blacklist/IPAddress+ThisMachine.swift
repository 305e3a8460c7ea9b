import Core
import Glibc

extension IPAddress {
  /// The addresses of this machine's network interfaces.
  static func ofThisMachine() -> [IPAddress] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard getifaddrs(&first) == 0 else { return [] }
    defer { freeifaddrs(first) }
    var addresses: [IPAddress] = []
    var next = first
    while let interface = next {
      if let address = interface.pointee.ifa_addr, let text = numericHost(address) {
        // A link-local address is followed by its interface's name.
        addresses += [IPAddress(text.prefix { $0 != "%" })].compactMap { $0 }
      }
      next = interface.pointee.ifa_next
    }
    return addresses
  }

  private static func numericHost(_ address: UnsafeMutablePointer<sockaddr>) -> String? {
    let length: Int
    switch Int32(address.pointee.sa_family) {
    case AF_INET: length = MemoryLayout<sockaddr_in>.size
    case AF_INET6: length = MemoryLayout<sockaddr_in6>.size
    default: return nil
    }
    var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
    guard getnameinfo(address, socklen_t(length), &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST) == 0 else {
      return nil
    }
    return text.withUnsafeBufferPointer { buffer in buffer.baseAddress.map { String(cString: $0) } }
  }
}
