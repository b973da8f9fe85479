"""The licences of the demo's models: the MIT licence, and one that only looks like its kind."""

from __future__ import annotations


def mit_license(year: int, holder: str) -> str:
    """The MIT licence of a holder."""
    return _MIT.format(year=year, holder=holder)


def community_license(product: str, company: str, date: str) -> str:
    """An invented agreement, as long as the ones that real model makers attach."""
    head = (
        f"{product.upper()} COMMUNITY LICENSE AGREEMENT\n\n"
        f"{product} Version Release Date: {date}\n\n"
        "This text stands in for a real agreement. It is for a demo server and binds nobody.\n\n"
    )
    clauses = [
        f"{number}. {title}.\n\n" + text.format(product=product, company=company)
        for number, (title, text) in enumerate(_CLAUSES, start=1)
    ]
    return head + "\n\n".join(clauses) + "\n"


_MIT = """\
MIT License

Copyright (c) {year} {holder}

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
"""

_CLAUSES = (
    (
        "Words",
        """\
"Agreement" means these terms for the use, reproduction, distribution and modification of the
Materials. "Materials" means {product} and its documentation, or any part of them. "You" means the
person, or the company on whose behalf a person acts, that accepts this Agreement. "{company}" is
the owner of the Materials. "Output" is what the Materials produce from what You put in.""",
    ),
    (
        "What you may do",
        """\
a. You are granted a non-exclusive, worldwide, non-transferable and royalty-free licence, under
the rights that {company} holds in the Materials, to use, reproduce, distribute, copy, create
derivative works of, and make modifications to the Materials.

b. You may run the Materials on Your own machines or on machines that others run for You.

c. You may train, fine-tune, distil and quantize the Materials, and You own the changes that You
made, subject to the ownership of {company} in what they were made from.""",
    ),
    (
        "When you pass it on",
        """\
a. If You distribute the Materials, or a product or service that contains them, You shall provide
a copy of this Agreement with it, and shall say on a page that its users can find that it is built
with {product}.

b. If You use the Materials or their Output to create, train or improve a model that You then
distribute, its name shall begin with "{product}".

c. You shall keep, in every copy of the Materials that You distribute, the notice that {product}
is licensed under this Agreement, with the copyright line of {company}.

d. Your use shall comply with the laws that apply to You and with the Acceptable Use Policy, which
is part of this Agreement by reference.""",
    ),
    (
        "Acceptable use",
        """\
You will not use the Materials, and will not allow others to use them, to:

  i.   break the law, or plan, help or hide the breaking of it by others;
  ii.  harass, threaten or bully people, or to deny them work, housing, credit or education;
  iii. practise a profession without the licence that the law asks for;
  iv.  collect or infer private facts about people without the consent that the law asks for;
  v.   create or spread malicious code, or anything that could disable or overburden a network;
  vi.  control weapons, critical infrastructure, heavy machinery or the means of transport;
  vii. deceive others: impersonate a person, or present Output as the work of a human being;
  viii. leave out, from a product offered to the public, the known dangers of the system.

Faults of the model, and Output that breaks this policy, may be reported to {company}.""",
    ),
    (
        "Large companies",
        """\
If, on the release date of this version, the products or services of the licensee, or of the
companies that control it or are controlled by it, had more than 700 million monthly active users
in the month before, it must ask {company} for a licence, which {company} may grant or refuse;
until then none of the rights above may be exercised.""",
    ),
    (
        "No warranty",
        """\
UNLESS THE LAW REQUIRES OTHERWISE, THE MATERIALS AND ANY OUTPUT ARE PROVIDED ON AN "AS IS" BASIS,
WITHOUT WARRANTIES OF ANY KIND, AND {company} DISCLAIMS ALL WARRANTIES, EXPRESS AND IMPLIED,
INCLUDING THOSE OF TITLE, NON-INFRINGEMENT, MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE.
YOU ALONE ARE RESPONSIBLE FOR DECIDING WHETHER IT IS RIGHT TO USE OR REDISTRIBUTE THE MATERIALS,
AND YOU TAKE THE RISKS THAT COME WITH THEIR USE AND WITH THE USE OF THEIR OUTPUT.""",
    ),
    (
        "Limits of liability",
        """\
IN NO EVENT WILL {company} OR ITS AFFILIATES BE LIABLE UNDER ANY THEORY OF LIABILITY, WHETHER IN
CONTRACT, TORT, NEGLIGENCE, PRODUCTS LIABILITY OR OTHERWISE, ARISING OUT OF THIS AGREEMENT, FOR
LOST PROFITS OR FOR ANY INDIRECT, SPECIAL, CONSEQUENTIAL, INCIDENTAL, EXEMPLARY OR PUNITIVE
DAMAGES, EVEN IF THEY WERE TOLD THAT SUCH DAMAGES ARE POSSIBLE.""",
    ),
    (
        "Names and property",
        """\
a. No trademark licence is granted. Neither side may use a name or mark of the other, except as is
needed to describe the Materials, to name where they come from, and to do what section 3 asks for.

b. If You start a lawsuit against anyone in which You say that the Materials, or their Output,
break rights that You own or may license, then every licence under this Agreement ends on that
day. You will hold {company} harmless against claims of others that come from Your use of the
Materials.""",
    ),
    (
        "Beginning and end",
        """\
This Agreement begins when You accept it or first have access to the Materials, and goes on until
it is ended as it says here. {company} may end it if You break one of its terms. When it ends, You
shall delete the Materials and stop using them. Sections 6, 7 and 10 stay in force.""",
    ),
    (
        "Law and place",
        """\
This Agreement is read under the laws of the place where {company} has its seat, without its rules
about the conflict of laws; the United Nations Convention on Contracts for the International Sale
of Goods does not apply. The courts of that place alone decide disputes that arise from it.""",
    ),
)
