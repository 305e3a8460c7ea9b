/// Passwords of twelve characters or more that lists of leaked ones have near their top, lower case.
/// Runs, repetitions and listed stems with a tail are found by ``GuessableText`` and need no entry.
let commonPasswords = words(
  """
  password1234 password12345 password123456 passwordpassword password123password mypassword123 mypassword1234
  thisismypassword thisisapassword changemechangeme changeme12345 letmeinletmein letmeinplease welcomewelcome
  welcometothejungle iloveyouiloveyou iloveyouforever iloveyousomuch iloveyoubaby123 administrator administrator1
  administrador adminadminadmin adminpassword adminpassword1 rootpassword rootpassword1 superadministrator
  defaultpassword temporarypassword temppassword temppassword1 testpassword testpassword1 testtesttest
  masterpassword secretpassword secretsecret supersecret123 supersecretpassword newpassword123 newpassword1234
  oldpassword123 userpassword guestpassword companypassword qwertyuiopasdfghjkl qwertyuiopasdfghjklzxcvbnm
  qwerty123456 qwerty1234567 qwerty12345678 qwertyqwerty qwertyqwerty1 qwerty123qwerty 123456qwerty 123qweasdzxc
  1234qwerasdf 1qaz2wsx3edc 1qazxsw23edc zaq12wsxcde3 zaq1xsw2cde3 qazwsxedcrfv asdfghjkl123 asdfasdfasdf
  asdfghasdfgh zxcvbnmzxcvbnm abc123abc123 abcd1234abcd abcd12345678 abcdefg12345 abcdefgh1234 a1b2c3d4e5f6
  a1s2d3f4g5h6 123456789abc 123456789abcd 1234567890qwerty 123456789qwerty 0123456789ab 123123123123 121212121212
  112233445566 111222333444 111111222222 000000000000 147258369147 147258369000 159753159753 987654321000
  963852741000 741852963000 123654789123 102030405060 135792468000 246813579000 jesuschrist1 jesusislord1
  jesuslovesme jesusismylord godisgood123 ilovejesus123 thankyoulord thankyoujesus blessedbethename princess1234
  princess12345 sunshine1234 sunshine12345 football1234 football12345 baseball1234 basketball12 basketball123
  superman1234 superman12345 batmanbatman spiderman123 starwars1234 startrek1234 harrypotter1 harrypotter7
  pokemonpokemon dragonball123 dragonballz1 michaeljordan michaeljackson manchesterunited manchester123
  liverpoolfc1 liverpool123 barcelona123 realmadrid123 arsenal12345 chelseafc123 juventus1234 linkinpark123
  metallica123 slipknot1234 nirvananirvana mustang12345 corvette1234 mercedesbenz lamborghini1 harleydavidson
  motorcycle12 motherfucker motherfucker1 fuckyoufuckyou fuckyou12345 asshole12345 bitch1234567 whatthefuck1
  whatthehell1 computer1234 computer12345 internet1234 internet12345 microsoft123 windows12345 windowsxp123
  samsung12345 samsunggalaxy blackberry12 playstation1 playstation2 playstation3 playstation4 xboxlive1234
  callofduty123 minecraft123 counterstrike worldofwarcraft leagueoflegends freedomfreedom trustno1trustno1
  trustnoone123 trustno1trust butterfly123 butterflies1 strawberry12 strawberry123 chocolate123 chocolate1234
  cheesecake123 watermelon12 pineapple123 blueberry123 elizabeth123 alexander123 alexandra123 christopher1
  christopher2 christian123 christina123 jennifer1234 jessica12345 michelle1234 nicholas1234 stephanie123
  victoria1234 gabriel12345 valentina123 alejandro123 estrella1234 teamomucho123 teamoteamo123 contrasena123
  contrasena1234 contraseña123 motdepasse123 motdepasse1234 passwort1234 passwort12345 hallohallo12 wachtwoord123
  wachtwoord12 senha1234567 parola123456 haslo1234567 lozinka12345 parolparol12 qwerasdfzxcv qweasdzxc123
  q1w2e3r4t5y6 q1w2e3r4t5y6u7 opensesame123 supersonic123 mynameisjohn mynameismike goodmorning12 goodmorning1
  whatsup12345 hello1234567 hellohello12 helloworld123 helloworld12 helloworld1234 hellokitty123 hellokitty12
  letmein12345 letmein123456 welcome12345 welcome123456 monkey123456 shadow123456 master123456 killer123456
  trackilytrackily trackily12345 trackily123456 trackilyadmin trackilypassword tracker12345 affiliate1234
  """)

/// Words that carry no weight as a password, whatever digits and signs are put around them.
let commonStems = words(
  """
  password passwort motdepasse contrasena contraseña wachtwoord welcome welkom willkommen bienvenue qwerty qwertz
  azerty letmein iloveyou admin administrator changeme default secret monkey dragon football baseball basketball
  superman batman sunshine princess shadow master killer trustno login guest root test testing user hello
  helloworld internet computer summer winter spring autumn sommer january february march april june july august
  september october november december monday tuesday wednesday thursday friday saturday sunday trackily tracker
  tracking affiliate whatever starwars pokemon michael jennifer jordan liverpool chelsea arsenal barcelona samsung
  google facebook
  """)

private func words(_ list: String) -> Set<String> { Set(list.split(whereSeparator: \.isWhitespace).map(String.init)) }
