import CCurl
public import Core

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds the addresses of a host name. A struct of one closure, so that tests can play DNS.
public struct NameResolver: Sendable {
  /// The addresses in the order to try them; empty when the name is unknown.
  public let addresses: @Sendable (_ host: String) async throws(OutboundError) -> [IPAddress]

  public init(addresses: @escaping @Sendable (_ host: String) async throws(OutboundError) -> [IPAddress]) {
    self.addresses = addresses
  }

  /// `getaddrinfo`, which blocks for as long as DNS likes, on threads of its own.
  public static func system(threads: Int = 4) -> NameResolver {
    let workers = WorkerThreads(count: threads, queueLimit: 256)
    return NameResolver { host throws(OutboundError) in
      do throws(WorkerThreads.Refusal) {
        return try await workers.run { lookUp(host) }
      } catch {
        switch error {
        case .busy: throw .busy
        case .cancelled: throw .cancelled
        }
      }
    }
  }

  private static func lookUp(_ host: String) -> [IPAddress] {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    #if canImport(Glibc)
      hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
    #else
      hints.ai_socktype = SOCK_STREAM
    #endif
    hints.ai_flags = AI_ADDRCONFIG
    var list: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &list) == 0 else { return [] }
    defer { freeaddrinfo(list) }
    var found: [IPAddress] = []
    var next = list
    while let entry = next {
      if let address = entry.pointee.ai_addr.flatMap({ IPAddress(UnsafePointer($0)) }), !found.contains(address) {
        found.append(address)
      }
      next = entry.pointee.ai_next
    }
    return found
  }
}
