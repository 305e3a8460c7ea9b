import Billing

extension Subscription.Status {
  /// As people read it: `past due`.
  var words: String { rawValue.replacing("_", with: " ") }
}

extension Subscription.Provider {
  var title: String {
    switch self {
    case .manual: "us"
    case .stripe: "Stripe"
    }
  }
}
