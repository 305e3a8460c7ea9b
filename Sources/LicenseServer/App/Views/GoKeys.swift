/// The letters that lead to pages after a `g`.
enum GoKeys {
  private static let letters = [
    "/admin/licenses": "l", "/admin/customers": "c", SubscriptionPages.path: "s", InvoicePages.path: "i",
    RevenuePages.path: "r", "/admin/releases": "e", HostedTenantPages.path: "t", MailPages.path: "m",
    WebhookEndpointPages.path: "w", "/admin/audit-log": "a", "/portal": "l", "/portal/invoices": "i",
    "/portal/billing": "b", "/portal/downloads": "d", "/portal/team": "t", ResellerCustomerPages.path: "c",
    ResellerLicensePages.path: "l", ResellerTenantPages.path: "t",
  ]

  static func letter(for path: String) -> String? { letters[path] }
}
