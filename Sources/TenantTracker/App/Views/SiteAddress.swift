import Core
import Web

/// Where visitors and networks reach this tracker.
struct SiteAddress: Sendable {
  /// PUBLIC_URL, without a trailing slash.
  let publicURL: String?

  /// `https://track.example.com`: PUBLIC_URL for the tenant it belongs to, else the address the dashboard was opened at.
  func base(_ call: TrackerCall) -> String {
    if let publicURL, call.place.tenant.isDefault { return publicURL }
    return "\(scheme(call))://\(call.head.authority)"
  }

  func base(domain: String, _ call: TrackerCall) -> String { "\(scheme(call))://\(domain)" }

  private func scheme(_ call: TrackerCall) -> String {
    call.head.isHTTPS || publicURL?.hasPrefix("https://") == true ? "https" : "http"
  }
}

/// A campaign's tracking link as a traffic source takes it.
enum TrackingLink {
  static func text(base: String, slug: String, _ source: TrafficSource.Draft?) -> String {
    "\(base)/c/\(slug)\(query(source))"
  }

  /// The parameters with the macros of the documents in place of values.
  static func query(_ source: TrafficSource.Draft?) -> String {
    "?\(source?.clickIDParameter ?? "click_id")={click_id}&\(source?.costParameter ?? "cost")={cost}"
  }
}
