"""Names as they are heard in the place, in the groups in which a household is likely to find them."""

GROUPS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    (
        ("Amelia", "Oscar", "Martha", "Stanley", "Ivy", "Rufus", "Poppy", "Arthur", "Edith", "Toby", "Nell", "Frank"),
        ("Archer", "Bellwood", "Cartwright", "Dunmore", "Fairbrother", "Garland", "Hartnell", "Pettifer", "Thackray"),
    ),
    (
        ("Ayşe", "Emir", "Zeynep", "Deniz", "Elif", "Kerem", "Defne", "Çınar", "Nehir", "Yağız"),
        ("Yıldız", "Kaya", "Demirci", "Öztürk", "Şahin", "Aslan", "Koçak"),
    ),
    (
        ("Nusrat", "Ayaan", "Tahmina", "Rayhan", "Sumaiya", "Imran", "Maryam", "Zakir", "Anika", "Farhan"),
        ("Begum", "Chowdhury", "Miah", "Rahman", "Uddin", "Khatun", "Talukdar"),
    ),
    (
        ("Adaeze", "Tobi", "Folake", "Chidi", "Ngozi", "Segun", "Ifeoma", "Kunle", "Temi", "Obinna"),
        ("Adeyemi", "Okonkwo", "Balogun", "Eze", "Ogunleye", "Nwosu", "Afolabi"),
    ),
    (
        ("Akosua", "Kwame", "Abena", "Kofi", "Esi", "Yaw", "Ama", "Kwabena"),
        ("Mensah", "Boateng", "Owusu", "Asante", "Appiah", "Ofori"),
    ),
    (
        ("Shanice", "Tyrell", "Keisha", "Marlon", "Renée", "Jermaine", "Aaliyah", "Zion"),
        ("Campbell", "Grant", "St. Clair", "Morrison", "Francis", "Bailey"),
    ),
    (
        ("Chaya", "Mendel", "Rivka", "Shloime", "Esther", "Yossi", "Malky", "Duvid", "Faigy", "Heshy"),
        ("Goldwasser", "Friedlander", "Perlstein", "Weissbraun", "Katzenelson", "Rosenfelder"),
    ),
    (
        ("Linh", "Minh", "Thảo", "Bảo", "Ngọc", "Khoa"),
        ("Nguyễn", "Trần", "Phạm", "Vũ"),
    ),
    (
        ("Zofia", "Kacper", "Maja", "Wojciech", "Łucja", "Szymon"),
        ("Nowak", "Wójcik", "Zieliński", "Kowalczyk"),
    ),
    (
        ("Hodan", "Abdi", "Ifrah", "Liban", "Sagal", "Ayub"),
        ("Warsame", "Hersi", "Abdullahi", "Jama"),
    ),
    (
        ("Beatriz", "João", "Inês", "Tiago", "Luana", "Caetano"),
        ("Ferreira", "de Souza", "Conceição", "Carvalho"),
    ),
    (
        ("Niamh", "Cillian", "Saoirse", "Oisín"),
        ("O'Rourke", "O'Shea", "MacNamara", "Fitz-Gerald"),
    ),
)
WEIGHTS = (20, 12, 12, 12, 8, 9, 9, 4, 5, 4, 3, 2)
"""How often a household is of each group, in hundredths."""
ETHNICITY = ("A", "C", "K", "N", "N", "M", "C", "L", "C", "N", "S", "B")
"""The NHS code of ethnic category that a clinic most often writes down for each group."""
LANGUAGE = (
    ("English", 0.0), ("Turkish", 0.5), ("Bengali", 0.45), ("Yoruba", 0.15), ("Twi", 0.15), ("English", 0.0),
    ("Yiddish", 0.7), ("Vietnamese", 0.5), ("Polish", 0.5), ("Somali", 0.5), ("Portuguese", 0.5), ("English", 0.0),
)  # fmt: skip
"""The other language of each group's homes, and in how many of them it is the main one."""
LEADS = ("A. Rowntree", "B. Sandhu", "C. Lindqvist", "D. Amponsah", "E. Whitlock", "F. Haddad", "G. Penhaligon")
"""Invented clinicians who lead for a child."""
