import Testing

@testable import ClickPath

@Suite struct FraudDatacenterTests {
  @Test(arguments: [
    "Cloudyard Hosting", "Hetzner Online GmbH", "HETZNER-AS", "Amazon.com, Inc.", "AMAZON-02", "Amazon AWS", "aws",
    "Google Cloud", "GOOGLE-CLOUD-PLATFORM", "Microsoft Azure", "DIGITALOCEAN-ASN", "OVH SAS", "M247 Europe SRL",
    "Alibaba Cloud LLC", "Akamai Connected Cloud", "Contabo GmbH", "Ex-Webhosting", "SERVERHOSTING Ltd",
    "Host Europe GmbH", "Some Data-Center (Colo) Inc", "my.cloud", "Vultr Holdings, LLC", "(hosting)",
  ])
  func providersOfServersAreDataCentres(_ provider: String) {
    #expect(DatacenterWords.match(provider))
  }

  @Test(arguments: [
    "", "Cloudberry Telecom", "Cloudnet Banda Larga", "Lawson Broadband", "Outlaws Wireless", "Ghost Telecom",
    "Hostel Internet", "Pacific Cable", "Seine Télécom", "Claws", "Hostings", "Telia Company AB",
    "Deutsche Telekom AG", "Comcast Cable", "Vodafone", "T-Mobile USA", "Serverin Net", "Awsome Fiber",
  ])
  func providersOfPeopleAreNot(_ provider: String) {
    #expect(!DatacenterWords.match(provider))
  }
}
