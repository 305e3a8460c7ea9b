import Licensing

/// Whom a host of this server stands for: the vendor, with our brand or, on a reseller's portal domain, with the
/// reseller's. Addresses in e-mails begin with the public one.
struct Vendor: Sendable {
  /// Without a trailing slash.
  let publicURL: String
  var host = HostBrand.ours

  /// What the pages are to look like.
  var brand: Branding { host.settings }
}
