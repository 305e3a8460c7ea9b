/// Who runs a domain's name servers, told by their names. The one table; a line is all a new provider takes.
///
/// Netlify's servers are NS1's, under the same names.
enum DNSProvider {
  private static let bySuffix: [(suffix: String, name: String)] = [
    ("ns.cloudflare.com", "Cloudflare"), ("googledomains.com", "Google"), ("google.com", "Google"),
    ("domaincontrol.com", "GoDaddy"), ("registrar-servers.com", "Namecheap"), ("namecheaphosting.com", "Namecheap"),
    ("hetzner.com", "Hetzner"), ("hetzner.de", "Hetzner"), ("your-server.de", "Hetzner"), ("first-ns.de", "Hetzner"),
    ("second-ns.com", "Hetzner"), ("second-ns.de", "Hetzner"), ("ovh.net", "OVH"), ("anycast.me", "OVH"),
    ("digitalocean.com", "DigitalOcean"), ("gandi.net", "Gandi"), ("porkbun.com", "Porkbun"),
    ("vercel-dns.com", "Vercel"), ("nsone.net", "Netlify or NS1"), ("dnsimple.com", "DNSimple"),
    ("dnsimple-edge.org", "DNSimple"),
    ("dnsimple-edge.net", "DNSimple"), ("foundationdns.com", "Cloudflare"), ("linode.com", "Linode"),
    ("vultr.com", "Vultr"), ("name.com", "Name.com"), ("dnsmadeeasy.com", "DNS Made Easy"),
    ("ui-dns.com", "IONOS"), ("ui-dns.de", "IONOS"), ("ui-dns.org", "IONOS"), ("ui-dns.biz", "IONOS"),
    ("strato.de", "Strato"), ("inwx.de", "INWX"), ("netcup.net", "netcup"), ("wixdns.net", "Wix"),
    ("squarespacedns.com", "Squarespace"), ("wordpress.com", "WordPress.com"), ("dreamhost.com", "DreamHost"),
    ("bluehost.com", "Bluehost"), ("hostgator.com", "HostGator"), ("siteground.net", "SiteGround"),
    ("dns-parking.com", "Hostinger"), ("hostinger.com", "Hostinger"), ("akam.net", "Akamai"),
    ("ultradns.net", "UltraDNS"), ("ultradns.com", "UltraDNS"), ("dynect.net", "Oracle Dyn"),
    ("he.net", "Hurricane Electric"),
    ("cloudns.net", "ClouDNS"), ("desec.io", "deSEC"), ("desec.org", "deSEC"), ("bunny.net", "Bunny"),
    ("njal.la", "Njalla"), ("namebright.com", "NameBright"), ("hover.com", "Hover"), ("epik.com", "Epik"),
    ("dynadot.com", "Dynadot"), ("regway.com", "REG.RU"), ("reg.ru", "REG.RU"), ("timeweb.ru", "Timeweb"),
    ("yandexcloud.net", "Yandex Cloud"), ("yandex.net", "Yandex"), ("alidns.com", "Alibaba Cloud"),
    ("hichina.com", "Alibaba Cloud"), ("dnspod.net", "DNSPod"), ("infomaniak.ch", "Infomaniak"),
    ("transip.net", "TransIP"), ("simply.com", "Simply.com"), ("loopia.se", "Loopia"), ("one.com", "one.com"),
  ]

  /// Providers whose servers are under many names: `ns-1.awsdns-2.co.uk`, `ns1-03.azure-dns.info`.
  private static let byPrefix: [(prefix: String, name: String)] = [
    ("awsdns-", "Route 53"), ("azure-dns", "Azure"),
  ]

  /// Nil for servers that no line knows.
  static func name(ofServers servers: [String]) -> String? { servers.lazy.compactMap(name(ofServer:)).first }

  private static func name(ofServer server: String) -> String? {
    let server = server.lowercased()
    if let known = bySuffix.first(where: { server == $0.suffix || server.hasSuffix(".\($0.suffix)") }) {
      return known.name
    }
    let labels = server.split(separator: ".")
    return byPrefix.first { known in labels.dropFirst().contains { $0.hasPrefix(known.prefix) } }?.name
  }
}
