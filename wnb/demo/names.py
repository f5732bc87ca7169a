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
