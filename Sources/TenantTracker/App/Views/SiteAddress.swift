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

  /// The parameters with the source's macros in place of values; those of the documents where there is no source.
  static func query(_ source: TrafficSource.Draft?) -> String {
    query(source?.parameters ?? SourceTemplate.custom.parameters)
  }

  /// What the source appends by itself is left to it.
  static func query(_ parameters: [SourceParameter]) -> String {
    let pairs = parameters.filter { !$0.macro.isEmpty }.map { "\($0.parameter)=\($0.macro)" }
    return pairs.isEmpty ? "" : "?\(pairs.joined(separator: "&"))"
  }
}
