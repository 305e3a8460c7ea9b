/// A request to Stripe as it goes over the network.
public struct StripeRequest: Sendable {
  public enum Method: String, Sendable {
    case get = "GET", post = "POST", delete = "DELETE"
  }

  public let method: Method
  /// With the query of a GET.
  public let url: String
  /// The secret key is in here: no part of it belongs in a log.
  public let headers: [(name: String, value: String)]
  /// The form of a POST; empty for the others.
  public let body: [UInt8]
}

/// What came back, whatever its status.
public struct StripeResponse: Sendable {
  public let status: Int
  /// Names in any case.
  public let headers: [(name: String, value: String)]
  public let body: [UInt8]

  public init(status: Int, headers: [(name: String, value: String)], body: [UInt8]) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  func header(_ name: String) -> String? { headers.first { $0.name.lowercased() == name }?.value }
}

/// The network, which the caller of a ``StripeClient`` brings along.
public typealias StripeTransport = @Sendable (StripeRequest) async throws -> StripeResponse

/// What a transport throws when no answer came.
public struct StripeUnreachable: Error, Sendable, CustomStringConvertible {
  /// For the log: `timed out`.
  public let description: String
  /// Whether trying again may help.
  public let isTemporary: Bool

  public init(_ description: String, isTemporary: Bool) {
    self.description = description
    self.isTemporary = isTemporary
  }
}
