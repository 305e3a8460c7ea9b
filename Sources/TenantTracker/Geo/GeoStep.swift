public import ClickPath

extension ClickStep {
  /// Country, region, city, provider and kind of connection by the visitor's address. What is not known stays unknown
  /// and says so once: it matches no filter and sends nobody anywhere else.
  public static func geo(_ library: GeoLibrary) -> ClickStep {
    ClickStep(.geo) { hit in
      let answer = library.locate(hit.facts.address)
      hit.facts.country = answer.country
      hit.facts.countryName = answer.countryName
      hit.facts.region = answer.region
      hit.facts.city = answer.city
      hit.facts.isp = answer.isp
      hit.facts.connection = answer.connection
      if answer.country == nil { hit.note("geo_unknown") }
      return nil
    }
  }
}
