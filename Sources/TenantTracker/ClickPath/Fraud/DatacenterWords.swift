/// Providers that run servers. The documents say "ISP contains: hosting, cloud, aws, hetzner"; here the name is looked at
/// word by word, so that `Cloudberry Telecom` and `Lawson Broadband` are what they are: people's.
enum DatacenterWords {
  /// Whether a provider's name has one of the words in it: a run of letters and digits in any case.
  static func match(_ provider: String) -> Bool {
    provider.utf8Buffer { bytes in
      var start = 0
      while start < bytes.count {
        var end = start
        var hash = seed
        while end < bytes.count, isWordByte(bytes[end]) {
          hash = (hash ^ UInt64(bytes[end].asciiLowercased)) &* prime
          end += 1
        }
        // Webhosting, Serverhosting: whatever ends so is a hoster. Nothing of the kind holds for beginnings.
        if end > start, hashes.contains(hash) || ends(bytes, at: end, from: start, with: "hosting") { return true }
        start = end + 1
      }
      return false
    }
  }

  private static let words: Set<String> = [
    // What they do
    "hosting", "hoster", "webhost", "host", "cloud", "clouds", "server", "servers", "datacenter", "datacenters",
    "datacentre", "datacentres", "colo", "colocation", "colocrossing", "vps", "vds", "rackspace",
    // Who they are
    "aws", "amazon", "amazonaws", "ec2", "azure", "microsoft", "gcp", "oraclecloud", "alibaba", "aliyun", "alicloud",
    "tencent", "huaweicloud", "ibmcloud", "softlayer", "hetzner", "ovh", "ovhcloud", "kimsufi", "soyoustart",
    "scaleway",
    "dedibox", "digitalocean", "linode", "cloudflare", "cloudsigma", "cloudways", "cloudvps",
    "vultr", "choopa", "contabo", "leaseweb", "m247", "datacamp", "cdn77", "hostinger", "hostgator",
    "bluehost", "dreamhost", "godaddy", "namecheap", "ionos", "strato", "netcup", "hostwinds", "hostpapa", "hivelocity",
    "quadranet", "psychz", "zenlayer", "servermania", "serverius", "worldstream", "nforce", "voxility", "sharktech",
    "multacom", "selectel", "timeweb", "vdsina", "upcloud", "exoscale", "infomaniak", "gandi", "equinix", "interserver",
    "liquidweb", "singlehop", "nocix", "wholesaleinternet", "buyvm", "frantech", "racknerd", "hosthatch",
    "clouvider", "terrahost", "fdcservers", "ukservers", "server4you", "myloc", "plusserver", "gcore", "stackpath",
  ]

  /// FNV-1a of the words: no string is made on the way.
  private static let hashes: Set<UInt64> = Set(
    words.map { word in word.utf8.reduce(seed) { ($0 ^ UInt64($1)) &* prime } })
  private static let seed: UInt64 = 0xCBF2_9CE4_8422_2325
  private static let prime: UInt64 = 0x100_0000_01B3

  /// Bytes beyond ASCII are letters of some script.
  private static func isWordByte(_ byte: UInt8) -> Bool { byte.isASCIIAlphanumeric || byte >= 0x80 }

  private static func ends(
    _ bytes: UnsafeBufferPointer<UInt8>, at end: Int, from start: Int, with ending: StaticString
  ) -> Bool {
    let length = ending.utf8CodeUnitCount
    return end - start > length && bytes.has(caseInsensitively: ending.bytes, at: end - length)
  }
}
