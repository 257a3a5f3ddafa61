namespace Counterseal.Cli;

/// <summary>The people and the words of the demo's mail. All of them are made up; every domain ends in <c>.example</c> (RFC 2606).</summary>
internal static class DemoMailText
{
    /// <summary>Customers: name, local part, alias, telephone, postal address, year in which the account was made.</summary>
    public static (string Name, string Local, string Alias, string Telephone, string Postal, int Since)[] Customers { get; } =
    [
        ("Maeve Quinn", "maeve.quinn", "mq", "353860001001", "14 Harbour Row, Ballymara", 2019),
        ("Tomáš Novák", "tomas.novak", "", "420600001002", "Lipová 27, Horní Lesná", 2021),
        ("Inês Carvalho", "ines.carvalho", "ines", "351910001003", "Rua do Moinho 8, Vila Serena", 2018),
        ("Björn Åkesson", "bjorn.akesson", "", "46700001004", "Kvarngatan 3, Norrby", 2020),
        ("Agnieszka Wilk", "agnieszka.wilk", "aga", "48500001005", "ul. Polna 11, Zielona Wola", 2022),
        ("Lucas Fontaine", "lucas.fontaine", "", "33600001006", "5 allée des Tilleuls, Saint-Orme", 2017),
        ("Greta Hollmann", "greta.hollmann", "", "49150001007", "Mühlweg 19, Altenried", 2023),
        ("Dimitra Pappa", "dimitra.pappa", "dp", "30690001008", "Odos Elias 4, Nea Limni", 2019),
        ("Owen Price", "owen.price", "", "44770001009", "2 Chapel Lane, Llanfair Uchaf", 2020),
        ("Sanna Virtala", "sanna.virtala", "", "358400001010", "Koivutie 6, Järvenranta", 2021),
        ("Matteo Rivalta", "matteo.rivalta", "teo", "39320001011", "Via del Forno 21, Borgo Alto", 2018),
        ("Ana Horvatinčić", "ana.horvatincic", "", "385910001012", "Vrtna 9, Donje Polje", 2022),
        ("Pieter van Loon", "pieter.vanloon", "", "31610001013", "Dijkstraat 40, Oosterwaard", 2016),
        ("Clara Osei", "clara.osei", "", "4520001014", "Havnevej 12, Sandvig Strand", 2023),
        ("Ilie Munteanu", "ilie.munteanu", "", "40720001015", "Strada Teilor 5, Valea Mare", 2020),
        ("Katja Zupan", "katja.zupan", "kz", "38640001016", "Cesta v gozd 2, Zgornji Log", 2019),
        ("Rasmus Tamm", "rasmus.tamm", "", "37250001017", "Metsa 7, Uusküla", 2021),
        ("Leïla Moreau", "leila.moreau", "", "32470001018", "Rue du Canal 33, Pont-le-Bois", 2022),
        ("Jakob Steiner", "jakob.steiner", "", "43660001019", "Almweg 1, Oberfeld", 2018),
        ("Nora Kelly", "nora.kelly", "", "353860001020", "3 Quay Street, Ballymara", 2024),
        ("Marek Šimko", "marek.simko", "", "421900001021", "Lesná 16, Nová Dolina", 2020),
        ("Vera Antonova", "vera.antonova", "", "359880001022", "ul. Rosa 10, Gorno Selo", 2017),
    ];

    /// <summary>People outside.</summary>
    public static (string Name, string Address)[] Others { get; } =
    [
        ("Siobhán Daly", "siobhan@daly-boats.example"), ("Harbour Office", "office@ballymara-harbour.example"), ("Jonas Reuter", "jonas.reuter@fernpost.example"),
        ("Marguerite Blanc", "m.blanc@atelier-blanc.example"), ("Petr Dvorský", "petr@dvorsky-stavby.example"), ("Eilís Brennan", "eilis.brennan@riverbank-school.example"),
        ("Hanne Lund", "hanne@lund-travel.example"), ("Rose Okonkwo", "rokonkwo@northlight.example"), ("Zuzana Malá", "zuzana.mala@knihovna.example"),
        ("Billing", "billing@brightwire.example"), ("Aoife Tierney", "aoife@tierney-vets.example"), ("Luca Ferri", "luca.ferri@ferri-vini.example"),
        ("Sailing Club", "secretary@ballymara-sailing.example"), ("Ewa Nowicka", "ewa.nowicka@lingua.example"), ("Doctor Weiss", "praxis@weiss.example"),
        ("Karel Beneš", "karel.benes@orchestr.example"), ("Choir", "list@choir.example"), ("Ruth Adeyemi", "ruth@adeyemi-law.example"),
        ("Allotments", "plots@green-lane.example"), ("Pauliina Kivi", "pauliina@saimaa-design.example"),
    ];

    /// <summary>What threads are about.</summary>
    public static string[] Subjects { get; } =
    [
        "Mooring fees for the spring", "Saturday's rehearsal", "The roof over the shed", "Invoice for March", "Keys to the club house", "Your booking to Norrby", "Parents' evening",
        "Plot 14 and the hedge", "Translation, second draft", "Blood test", "Who brings the cake?", "Engine, again", "Minutes of the meeting", "Photos from the regatta",
        "Paint for the dinghy", "Library books due", "Boiler service", "Moving the piano", "Grandmother's recipes", "Concert on the 12th", "Bus timetable", "Dog's vaccination",
        "Contract for the cellar", "Ride on Friday?", "Bees!", "Příští zkouška", "Rechnung für die Orgel", "Vůz do Horní Lesné", "Café après la chorale", "Überweisung",
    ];

    /// <summary>Sentences of bodies. Some begin with <c>From</c>, as people's do.</summary>
    public static string[] Sentences { get; } =
    [
        "Thank you for the quick answer.", "I looked at it again last night and I think we should wait until the weather turns.", "The part has to come from the maker, which takes about two weeks.",
        "Could you send me the measurements before Thursday?", "We agreed on forty euros each, and I have paid mine.", "There is room for three more in the car.",
        "From the window you can see the whole harbour now that the trees are cut.", "She says the score is in the cupboard on the left, behind the chairs.", "I have put the numbers into the table that is attached.",
        "Please do not tell him before Sunday, it is meant to be a surprise.", "The tide is right at about seven, so we would have to start early.", "Nobody has seen the second key since the summer.",
        "I am afraid the invoice has the wrong address on it.", "If it rains we meet in the hall.", "He asked whether the meeting could begin half an hour later.", "The doctor says that everything is as it should be.",
        "From Monday on the office is open in the afternoon as well.", "Bring boots.", "I will call you when I am on the train.", "The hedge belongs to both plots, so both of us have to agree.",
        "Našla jsem ještě jednu krabici s notami.", "Die Pumpe läuft wieder, aber sie ist laut.", "On se voit à six heures devant la gare.", "Zítra přijedu až odpoledne.", "Más vale tarde que nunca.",
        "The choir would like to know by the end of the week.", "I have kept a copy for you.", "It was good to see everybody again.", "Let us leave it as it is for this year.", "The new engine starts, which is more than one could say of the old one.",
        "They want to paint it blue; I would rather have green.", "My train is late by an hour, do not wait with the food.", "The bees have moved into the old hive by themselves.", "There were eleven of us in the end.",
    ];

    /// <summary>Names of files that are attached, with their media types.</summary>
    public static (string Name, string Type)[] Attachments { get; } =
    [
        ("table.ods", "application/vnd.oasis.opendocument.spreadsheet"), ("photo-0412.jpg", "image/jpeg"), ("invoice.pdf", "application/pdf"), ("score.pdf", "application/pdf"),
        ("minutes.odt", "application/vnd.oasis.opendocument.text"), ("route.gpx", "application/gpx+xml"),
    ];
}
