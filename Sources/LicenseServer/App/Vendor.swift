/// Whom every host of this server stands for: the vendor. Addresses in e-mails begin with its public one.
struct Vendor: Sendable {
  /// Without a trailing slash.
  let publicURL: String
}
