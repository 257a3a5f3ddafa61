using System.Collections.Frozen;

namespace Counterseal.Desk;

/// <summary>
/// Letters with marks and the letter without: Latin, modern Greek, ё. The runtime's own decomposition is of no use here, since the command runs without the tables of cultures
/// (<c>InvariantGlobalization</c>), so that it does the same on every machine.
/// </summary>
internal static class PlainLetters
{
    // Each group begins with the letter that the others become.
    private const string Groups =
        "aàáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ bḃḅḇ cçćĉċčḉ dďḋḍḏḑḓđ eèéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ fḟ gĝğġģǧǵḡ hĥȟḣḥḧḩḫẖ iìíîïĩīĭįǐȉȋḭḯỉịı jĵǰ kķǩḱḳḵ lĺļľḷḹḻḽł mḿṁṃ " +
        "nñńņňǹṅṇṉṋ oòóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợø pṕṗ rŕŗřȑȓṙṛṝṟ sśŝşšșṡṣṥṧṩ tţťțṫṭṯṱẗ uùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự vṽṿ wŵẁẃẅẇẉẘ xẋẍ yýÿŷȳẏẙỳỵỷỹ " +
        "zźżžẑẓẕ αά εέ ηή ιΐίϊ οό σς υΰϋύ ωώ её";

    private static readonly FrozenDictionary<char, char> Plain =
        Groups.Split(' ').SelectMany(group => group.Skip(1).Select(marked => KeyValuePair.Create(marked, group[0]))).ToFrozenDictionary();

    /// <summary>The letter or letters that a small letter is found as.</summary>
    public static string Of(string letter) => letter switch
    {
        "ß" => "ss",
        "æ" => "ae",
        "œ" => "oe",
        "þ" => "th",
        { Length: 1 } when Plain.TryGetValue(letter[0], out var plain) => plain.ToString(),
        _ => letter,
    };
}
