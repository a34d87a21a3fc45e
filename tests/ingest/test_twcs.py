"""Posts on X: chains of answers are threads, and each customer's is a contact."""

HEADER = "tweet_id,author_id,inbound,created_at,text,response_tweet_id,in_response_to_tweet_id\n"


def post(id_: int, author: str, minute: int, answers: str = "", text: str = "words") -> str:
    inbound = str(not author.isalpha())
    return f"{id_},{author},{inbound},Tue Oct 31 22:{minute:02}:47 +0000 2017,{text},,{answers}\n"


def load(intake, *posts: str):
    [report] = intake.load(intake.file("posts.csv", HEADER + "".join(posts)))
    assert report.source == "twcs"
    return report


def threads(intake) -> dict[str, str]:
    """Post -> its contact."""
    return dict(intake.rows("messages", "message_id, contact_id"))


def test_a_chain_of_answers_is_one_contact_in_whatever_order_it_stands(intake):
    load(intake, post(3, "115712", 9, "2"), post(2, "brand", 5, "1"), post(1, "115712", 1))
    assert threads(intake) == {"x:1": "x:1", "x:2": "x:1", "x:3": "x:1"}
    columns = "contact_id, kind, channel, direction, created_at, updated_at, team"
    assert intake.rows("contacts", columns) == [
        (
            "x:1",
            "social",
            "social",
            "inbound",
            "2017-10-31 22:01:47",
            "2017-10-31 22:09:47",
            "brand",
        )
    ]


def test_every_customer_who_answers_a_brands_own_post_begins_a_contact(intake):
    load(
        intake, post(10, "brand", 0), post(11, "1", 1, "10"), post(12, "2", 2, "10"),
        post(13, "brand", 3, "11"),
    )  # fmt: skip
    assert threads(intake) == {"x:10": "x:10", "x:11": "x:11", "x:12": "x:12", "x:13": "x:11"}
    assert intake.rows("contacts", "contact_id, direction, exclusion") == [
        ("x:10", "outbound", "agent_initiated"), ("x:11", "inbound", None),
        ("x:12", "inbound", None),
    ]  # fmt: skip


def test_an_answer_to_a_post_that_the_file_lacks_belongs_to_that_post(intake):
    load(intake, post(20, "brand", 0, "19"), post(21, "brand", 1, "19"), post(22, "7", 2, "20"))
    assert threads(intake) == {"x:20": "x:19", "x:21": "x:19", "x:22": "x:19"}


def test_posts_that_answer_each_other_in_a_circle_stay_posts(intake):
    load(intake, post(1, "7", 0, "2"), post(2, "8", 1, "1"))
    assert threads(intake) == {"x:1": "x:1", "x:2": "x:2"}


def test_a_refused_post_is_no_part_of_a_thread(intake):
    bad = "5,7,True,yesterday,words,,4\n"
    load(intake, post(4, "7", 0), bad, "1.17E+17,7,True,Tue Oct 31 22:00:00 +0000 2017,w,,\n")
    assert intake.rejects() == [
        (3, "created_at is not a time"), (4, "tweet_id is in scientific notation"),
    ]  # fmt: skip
    assert intake.rows("contacts", "contact_id") == [("x:4",)]


def test_handles_are_masked_and_authors_of_questions_are_pseudonyms(intake):
    load(intake, post(1, "115712", 0, text="@brand mail a@example.com"))
    [(text, author)] = intake.rows("messages", "text, author_id")
    assert text == "<user> mail <email>"
    assert author != "115712"
    assert intake.rows("contacts", "requester_id") == [(author,)]
