import ArgumentParser
import Billing
import Core
import Security

struct DemoCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Make a believable vendor: customers, paid orders and their licences. Running it again changes nothing.")

  @Flag(help: "Print JSON.")
  var json = false

  func run() async throws {
    try await CommandLineServer.runMigrated { server in
      let made = try await Demo(server: server).make()
      if json { return CommandLineServer.say(made.json.text) }
      for (license, key) in made.licenses {
        CommandLineServer.say("\(license.plan.slug)\t\(key.text)\t\(license.customerEmail)")
      }
    }
  }
}

/// The demo's customers and what they bought, through the same code as real orders and payments.
struct Demo: Sendable {
  let server: ControlPlane

  private struct Buyer {
    let email: String
    let name: String
    let plan: String
    let period: BillingPeriod
    let currency: Currency
    let maxInstances: Int
  }

  private static let buyers = [
    Buyer(
      email: "anna@nordlicht-media.example", name: "Nordlicht Media", plan: "starter", period: .month, currency: .eur,
      maxInstances: 1),
    Buyer(
      email: "ops@brightclick.example", name: "Brightclick", plan: "pro", period: .month, currency: .usd,
      maxInstances: 1),
    Buyer(
      email: "platform@meridian-performance.example", name: "Meridian Performance", plan: "enterprise", period: .year,
      currency: .usd, maxInstances: 10),
  ]

  /// Ordered, and not paid yet.
  private static let waiting = Buyer(
    email: "studio@pixelgarden.example", name: "Pixelgarden", plan: "pro", period: .year, currency: .eur,
    maxInstances: 1)

  struct Made: Sendable {
    /// The smallest plan first.
    let licenses: [(license: License, key: LicenseKey)]

    var json: JSONValue {
      [
        "license_key": JSONValue(licenses.last?.key.text),
        "licenses": .array(
          licenses.map {
            [
              "id": .int($0.license.id), "plan": .string($0.license.plan.slug), "key": .string($0.key.text),
              "customer_email": .string($0.license.customerEmail.description),
            ]
          }),
      ]
    }
  }

  /// What the demo's invoices say about the vendor.
  private static let seller = Seller(
    name: "Trackily Demo GmbH", address: "Musterstraße 1\n10115 Berlin\nGermany", vatID: "DE123456789",
    email: "billing@trackily.example", bankDetails: "Example Bank\nIBAN DE02 1203 0000 0000 2020 51\nBIC BYLADEM1001")

  func make() async throws -> Made {
    let sellers = SellerStore(server.database)
    if try await sellers.load() == .unnamed { try await sellers.save(Self.seller, at: server.clock.now()) }
    var licenses: [(License, LicenseKey)] = []
    for buyer in Self.buyers { licenses.append(try await license(of: buyer)) }
    _ = try await invoice(of: Self.waiting)
    return Made(licenses: licenses)
  }

  private func license(of buyer: Buyer) async throws -> (License, LicenseKey) {
    let invoice = try await invoice(of: buyer)
    let paid = try await server.cashier.markPaid(
      invoice: invoice.id, reference: "demo transfer \(invoice.number)", by: .commandLine)
    guard let issued = paid.license else { throw Problem.notFound("licence") }
    let license = try await server.licenses.update(
      issued.id, maxInstances: buyer.maxInstances, transferAllowance: nil, overrides: nil, by: .commandLine)
    guard let sealed = try await LicenseStore(server.database).sealedKey(of: license.id) else {
      throw Problem.notFound("licence key")
    }
    let key = try server.box.openText(sealed, for: LicenseKey.sealingContext(license: license.id))
    return (license, LicenseKey(text: key))
  }

  /// The invoice of the buyer's order, which is placed if it is not there yet.
  private func invoice(of buyer: Buyer) async throws -> Invoice {
    guard let email = EmailAddress(buyer.email) else { throw Problem.notFound("address") }
    let customers = CustomerStore(server.database)
    let customer = try await customers.findOrCreate(email: email, at: server.clock.now())
    if let invoice = try await InvoiceStore(server.database).all(ofCustomers: [customer.id]).last { return invoice }
    try await customers.rename(customer.id, to: buyer.name)
    return try await server.orders.place(
      OrderRequest(plan: buyer.plan, period: buyer.period, currency: buyer.currency, email: email)
    ).invoice
  }
}
