import Billing
import Core
import Security

/// The way to Stripe: our outbound client, which may go nowhere but there.
enum StripeNetwork {
  /// - Parameter account: the operator has named its host, so it may have a private address.
  static func transport(to account: StripeAccount) -> StripeTransport {
    let policy = DestinationPolicy(allowedHosts: Set([WebURL.host(of: account.baseURL)].compactMap { $0 }))
    // Checkouts wait for several answers, and a browser for the checkout.
    let limits = OutboundLimits(connectTimeout: .seconds(5), totalTimeout: .seconds(20), responseSize: 4 << 20)
    let client = OutboundHTTP(policy: policy, limits: limits, maxRequests: 32)
    return { request in
      do throws(OutboundError) {
        return try await StripeResponse(client.send(OutboundRequest(request)))
      } catch {
        throw unreachable(error)
      }
    }
  }

  private static func unreachable(_ error: OutboundError) -> any Error {
    if case .cancelled = error { return CancellationError() }
    return StripeUnreachable(error.description, isTemporary: error.isTemporary)
  }
}

extension OutboundRequest {
  fileprivate init(_ request: StripeRequest) {
    let method: Method =
      switch request.method {
      case .get: .get
      case .post: .post
      case .delete: .delete
      }
    self.init(
      method, request.url, headers: request.headers.map { HeaderField($0.name, $0.value) }, body: request.body)
  }
}

extension StripeResponse {
  fileprivate init(_ response: OutboundResponse) {
    self.init(
      status: response.status, headers: response.headers.map { ($0.name, $0.value) }, body: response.body)
  }
}
